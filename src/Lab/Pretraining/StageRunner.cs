using System.Diagnostics;
using Diptych.Common;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Trains one network of the laboratory: the loop, the optimizer, the average of the weights and the checkpoints. What is learned is the stage's affair.
/// </summary>
/// <param name="name">The stage's name, for progress and files.</param>
/// <param name="plan">Steps, batch, rate.</param>
/// <param name="context">Where it runs and what it may be told.</param>
internal sealed class StageRunner(string name, StagePlan plan, StageContext context)
{
    private const int LossEvery = 25;
    private const int AverageEvery = 4;

    // With every weight learning, two lanes of two took as long as one of four on both cores.
    private const int SamplesPerLane = 8;
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Runs to the last step, from the stage's checkpoint where there is one, and leaves the averaged weights in the network.
    /// </summary>
    /// <param name="network">The network; its parameters learn.</param>
    /// <param name="loss">The loss of a step, counted from 0: a scalar, computed inside a dispose scope with the random numbers of that step.</param>
    /// <exception cref="OperationCanceledException">Interrupted; a checkpoint was written.</exception>
    public void Run(nn.Module network, Func<int, Tensor> loss)
    {
        using var whole = new Lanes(1);
        Train(network, whole, (learner, step) =>
        {
            var value = SplitPass.Backward(whole, 1, Precision, (_, _) => loss(step));
            learner.Update(plan.RateAt(step));
            return value;
        });
    }

    /// <summary>The same for a loss that is a mean over samples, whose batch is split among <see cref="Lanes"/>.</summary>
    /// <param name="network">The network; its parameters learn.</param>
    /// <param name="draw">The batch of a step, tensors whose first dimension counts the plan's samples, drawn with the random numbers of that step.</param>
    /// <param name="loss">The mean loss over a part of the batch; it draws nothing at random, and on a GPU does nothing a graph cannot hold (<see cref="RecordedWork"/>).</param>
    /// <param name="halfWeights">Whether a GPU may hold the network in bf16 beside fp32 masters, which spares autocast its copies.</param>
    /// <exception cref="OperationCanceledException">Interrupted; a checkpoint was written.</exception>
    public void Run(nn.Module network, Func<int, Tensor[]> draw, Func<Tensor[], Tensor> loss, bool halfWeights = false)
    {
        using var reuse = MemoryReuse.Begin();
        using var lanes = SplitPass.LanesFor(context.Device, plan.BatchSize, SamplesPerLane);
        Tensor Backward(IReadOnlyList<Tensor> batch) =>
            SplitPass.Backward(lanes, plan.BatchSize, Precision, (from, to) => loss([.. batch.Select(rows => rows.narrow(0, from, to - from))]));
        if (!RecordedWork.IsAvailableOn(context.Device))
        {
            Train(network, lanes, (learner, step) =>
            {
                var value = Backward(draw(step));
                learner.Update(plan.RateAt(step));
                return value;
            });
            return;
        }

        Learner? learning = null;
        using var recorded = new RecordedWork(inputs =>
        {
            var value = Backward([.. inputs.Skip(1)]);
            learning!.Update(inputs[0]);
            return value;
        });
        Train(network, lanes, (learner, step) =>
        {
            learning = learner;
            var rate = full([], plan.RateAt(step), dtype: ScalarType.Float32, device: context.Device);
            return recorded.Run([rate, .. draw(step)]);
        }, halfWeights && context.Precision == MixedPrecision.Bf16);
    }

    // take: takes a step with the learner and gives its loss, without gradient.
    private void Train(nn.Module network, Lanes lanes, Func<Learner, int, Tensor> take, bool halfWeights = false)
    {
        IReadOnlyList<NamedParameter> parameters = [.. NamedParameter.Of(network)];
        Parameter[] values = [.. parameters.Select(p => p.Value)];
        using var reuse = MemoryReuse.Begin();
        using var averageScope = NewDisposeScope();
        var average = values.Select(p => p.detach().clone()).ToList();
        var options = new AdamWOptions { WeightDecay = plan.WeightDecay, Beta2 = plan.Beta2 };
        using ICapturableOptimizer optimizer = halfWeights ? new HalfWeightAdamW(parameters, options) : new FusedAdamW(values, options);
        IReadOnlyList<Tensor> masters = [.. values.Select((_, i) => optimizer.StateOf(i).First(state => state.Key == "weights").Value)];
        var checkpoint = new StageCheckpoint(context.File(name + ".safetensors"), $"{context.Identity} {name} {plan}", parameters, average, optimizer);
        var learner = new Learner(optimizer);
        var first = checkpoint.Restore();
        var (clock, saved) = (Stopwatch.StartNew(), TimeSpan.Zero);
        using var running = zeros([], device: context.Device);
        var (shown, summed) = (double.NaN, 0);
        for (var step = first; step < plan.Steps; step++)
        {
            if (context.Cancellation.IsCancellationRequested || clock.Elapsed - saved > CheckpointEvery)
            {
                checkpoint.Write(step);
                saved = clock.Elapsed;
                context.Cancellation.ThrowIfCancellationRequested();
            }

            Take(step, take, learner, running);
            summed++;
            if ((step + 1) % AverageEvery == 0 || step + 1 == plan.Steps)
            {
                lanes.Split(values.Length, (from, to) => Average(average, masters, step + 1, (int)from, (int)to));
            }

            if (summed == LossEvery || step + 1 == plan.Steps)
            {
                shown = ReadLoss(running, summed, step + 1);
                summed = 0;
                context.Log($"{name} step {step + 1} loss {shown:0.0000} {(step + 1 - first) / clock.Elapsed.TotalSeconds:0.00} steps/s");
            }

            context.Progress(name, step + 1, plan.Steps, double.IsNaN(shown) ? "" : FormattableString.Invariant($"loss {shown:0.000}"));
        }

        checkpoint.Write(plan.Steps);
        // It puts the masters back into the network, whose place the averages take.
        optimizer.Dispose();
        using var noGradient = no_grad();
        for (var i = 0; i < values.Length; i++)
        {
            values[i].copy_(average[i]);
        }
    }

    private void Take(int step, Func<Learner, int, Tensor> take, Learner learner, Tensor running)
    {
        using var scope = NewDisposeScope();
        // Dropout-free networks draw only from this: the same step draws the same numbers in a resumed run.
        random.manual_seed(context.StepSeed(name, step));
        var loss = take(learner, step);
        using var noGradient = no_grad();
        running.add_(loss);
    }

    private Autocast Precision() => Autocast.For(context.Device, context.Precision);

    private void Average(List<Tensor> average, IReadOnlyList<Tensor> values, int step, int from, int to)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Early averages forget quickly, or the first weights would stay in them for good.
        var decay = Math.Min(Math.Pow(plan.AverageDecay, AverageEvery), (1.0 + step) / (10.0 + step));
        for (var i = from; i < to; i++)
        {
            average[i].lerp_(values[i], 1 - decay);
        }
    }

    private static double ReadLoss(Tensor running, int count, int step)
    {
        var mean = running.item<float>() / count;
        running.zero_();
        return double.IsFinite(mean)
            ? mean
            : throw new DiptychException($"The loss is no number any more at step {step}: the learning rate is too high for this seed; lower it, or use another seed.");
    }

    /// <summary>What a step does with the gradients.</summary>
    private sealed record Learner(ICapturableOptimizer Optimizer)
    {
        private const double LargestNorm = 1;

        public void Update(double rate)
        {
            Optimizer.Step(rate, Optimizer.GradientDivisor(LargestNorm));
            Optimizer.ZeroGradients();
        }

        /// <summary>The same with the rate on the device, for a step that is recorded.</summary>
        public void Update(Tensor rate)
        {
            Optimizer.Step(rate, Optimizer.GradientDivisor(LargestNorm));
            Optimizer.ZeroGradients();
        }
    }
}
