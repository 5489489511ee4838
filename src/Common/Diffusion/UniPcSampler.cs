using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>UniPC multistep on predictions of the clean sample (Zhao et al. 2023, algorithms 5 to 8): each new prediction first corrects the step that led to it.</summary>
internal static class UniPcSampler
{
    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        var levels = SigmaSchedule.Whole(request, config.TrainTimesteps);
        var steps = levels.Timesteps.Length;
        var clean = new TensorHistory(config.SolverOrder);
        var start = new TensorHistory(1);
        return new(levels.Timesteps, (i, sample, prediction) =>
        {
            var alpha = levels.Alpha(i);
            var predicted = PredictedParts.Of(config, prediction, sample, alpha * alpha).Clean;
            var corrected = clean.Count == 0 ? sample : Corrected(config, levels, i, Order(config, i - 1, steps, clean.Count), start[0], clean, predicted);
            clean.Push(predicted);
            start.Push(corrected);
            return Predicted(config, levels, i, Order(config, i, steps, clean.Count), corrected, clean);
        })
        {
            FirstCall = request.Skipped,
            Entry = levels.Preserving(request.Skipped),
        };
    }

    // No order is higher than predictions are known: after a start in the middle these are fewer than steps have passed.
    private static int Order(SchedulerConfig config, int i, int steps, int known)
    {
        var order = config.LowerOrderFinal ? Math.Min(config.SolverOrder, steps - i) : config.SolverOrder;
        return Math.Min(order, known);
    }

    private static Tensor Predicted(SchedulerConfig config, SigmaSchedule levels, int i, int order, Tensor sample, TensorHistory clean)
    {
        var step = new UniPcStep(levels, i, order, config.SolverType == "bh1");
        return Advanced(step, step.PredictorWeights(), sample, clean);
    }

    private static Tensor Corrected(SchedulerConfig config, SigmaSchedule levels, int i, int order, Tensor start, TensorHistory clean, Tensor arrived)
    {
        var step = new UniPcStep(levels, i - 1, order, config.SolverType == "bh1");
        var weights = step.CorrectorWeights();
        return Advanced(step, weights[..^1], start, clean) + step.Gain * weights[^1] * (arrived - clean[0]);
    }

    private static Tensor Advanced(UniPcStep step, double[] weights, Tensor sample, TensorHistory clean)
    {
        var next = step.Keep * sample + step.Pull * clean[0];
        for (var k = 0; k < weights.Length; k++)
        {
            next = next + step.Gain * weights[k] / step.Ratios[k] * (clean[k + 1] - clean[0]);
        }

        return next;
    }
}
