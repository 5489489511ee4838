namespace Diptych.Common.Diffusion;

/// <summary>DPM-Solver++ multistep (Lu et al. 2022, arXiv 2211.01095, algorithm 2), of order 1, 2 or 3, and its stochastic form.</summary>
internal static class DpmSolverSampler
{
    // Below this many steps the last steps lower their order for stability, as in the reference.
    private const int FewSteps = 15;

    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        var levels = Levels(request);
        var steps = levels.Timesteps.Length;
        var history = new TensorHistory(config.SolverOrder);
        return new(levels.Timesteps, (i, sample, prediction) =>
        {
            var alpha = levels.Alpha(i);
            history.Push(PredictedParts.Of(config, prediction, sample, alpha * alpha).Clean);
            var step = new DpmSolverStep(levels, i, config.Sampler == SamplerKind.DpmSolverPlusPlusSde);
            var next = Order(config, i, steps, history.Count) switch
            {
                1 => step.First(sample, history),
                2 => step.Second(sample, history, config.SolverType == "heun"),
                _ => step.Third(sample, history),
            };
            return step.Noise > 0 ? next + step.Noise * request.DrawNoise(i) : next;
        })
        {
            FirstCall = request.Skipped,
            Entry = levels.Preserving(request.Skipped),
        };
    }

    // No order is higher than predictions are known: after a start in the middle these are fewer than steps have passed.
    private static int Order(SchedulerConfig config, int i, int steps, int known)
    {
        var few = config.LowerOrderFinal && steps < FewSteps;
        var order = Math.Min(config.SolverOrder, known);
        return i == steps - 1 && (few || config.EulerAtFinal || config.FinalSigmaZero) ? 1
            : i == steps - 2 && few ? Math.Min(order, 2)
            : order;
    }

    private static SigmaSchedule Levels(SamplerRequest request)
    {
        var training = SigmaSchedule.OfTraining(request.Config, request.AlphasCumprod);
        return SigmaSchedule.Whole(request, training.Length - training.Count(sigma => SigmaSchedule.Lambda(sigma) < request.Config.LambdaMinClipped));
    }
}
