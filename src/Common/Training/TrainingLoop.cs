using System.Diagnostics;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>
/// Runs any method's step: owns time, memory and order, and knows no method.
/// Interrupted at any moment, it resumes from its last checkpoint and, on the CPU, to the same bits an uninterrupted run ends with.
/// </summary>
public sealed class TrainingLoop
{
    private readonly TrainingOptions _options;
    private readonly ITrainingStep _method;
    private readonly UpdatePlan _plan;
    private readonly Func<MicroBatch, TrainingBatch> _batches;
    private readonly LearningRateSchedule _learningRate;

    /// <summary>Puts a method, its data and its options together.</summary>
    /// <param name="options">Steps, batch size, learning rate.</param>
    /// <param name="method">The step.</param>
    /// <param name="datasetLength">Photos in an epoch.</param>
    /// <param name="batches">Builds the batch of one pass; called inside a dispose scope.</param>
    public TrainingLoop(TrainingOptions options, ITrainingStep method, int datasetLength, Func<MicroBatch, TrainingBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _method = method;
        _batches = batches;
        _plan = new UpdatePlan(datasetLength, options);
        _learningRate = LearningRateSchedule.Parse(
            options.LrScheduler, options.LrWarmupSteps, options.MaxTrainSteps, options.LrNumCycles, options.LrPower, options.EffectiveLearningRate);
    }

    /// <summary>Called with the step's number and the loss of each of its passes; reading them waits for the device. For tests and traces.</summary>
    public Action<int, IReadOnlyList<double>>? Observe { get; init; }

    /// <summary>Called with the steps done just before each checkpoint is written: what is written then is there for every checkpoint that is.</summary>
    public Action<int>? AtCheckpoint { get; init; }

    /// <summary>Trains to the last step and returns the training time in seconds, earlier parts of a resumed run included.</summary>
    /// <param name="run">Where checkpoints and the log go.</param>
    /// <param name="progress">Told where the run stands after each step.</param>
    /// <param name="cancellation">Stops between two steps, after a checkpoint.</param>
    /// <exception cref="DiptychException">The loss is no longer a number, the run to be resumed is longer than this one, or the run folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted; it can be resumed.</exception>
    public double Run(TrainingRun run, Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var reuse = MemoryReuse.Begin();
        MemoryReuse.Gather();
        using var optimizer = Optimizers.For(_method.Trainable, _options);
        var first = run.Restore(_method.Trainable, optimizer);
        CudnnSearch.Set(Gpu.Levers.HasFlag(GpuLevers.Search));
        using var graphed = GraphedUpdate.For(_method, optimizer, _options);
        using var pass = new TrainingPass(_method, _options);
        var log = new TrainingLog(run.Folder, first);
        var clock = Stopwatch.StartNew();
        var loss = double.NaN;
        using var unread = new UnreadLosses();
        for (var step = first; step < _options.MaxTrainSteps; step++)
        {
            if (cancellation.IsCancellationRequested)
            {
                unread.Mean(step);
                Save(run, step, optimizer);
                throw new OperationCanceledException(cancellation);
            }

            var losses = graphed is null ? Update(step, pass, optimizer) : Update(step, graphed);
            Observe?.Invoke(step, [.. losses.Select(l => (double)l.item<float>())]);
            unread.Add(losses);
            var done = step + 1;
            var checkpointIsDue = _options.CheckpointingSteps > 0 && done % _options.CheckpointingSteps == 0;
            // Weights that learned from a loss that is no number must not become a checkpoint, so its losses are read first.
            if (done % _options.LogEvery == 0 || done == _options.MaxTrainSteps || checkpointIsDue)
            {
                loss = unread.Mean(done);
                log.Add(new TrainingPoint(done, loss, RateAt(step), log.SecondsSoFar + clock.Elapsed.TotalSeconds));
            }

            if (checkpointIsDue)
            {
                Save(run, done, optimizer);
            }

            progress?.Invoke(new TrainingProgress(done, _options.MaxTrainSteps, loss, (done - first) / clock.Elapsed.TotalSeconds));
        }

        return log.SecondsSoFar + clock.Elapsed.TotalSeconds;
    }

    private void Save(TrainingRun run, int done, IOptimizer optimizer)
    {
        AtCheckpoint?.Invoke(done);
        run.Save(done, _method.Trainable, optimizer);
    }

    private double RateAt(int step) => _learningRate.At(step) * _options.EffectiveLearningRate;

    private List<Tensor> Update(int step, GraphedUpdate graphed)
    {
        using var scope = NewDisposeScope();
        return [graphed.Run(_batches(_plan.For(step).Single()), RateAt(step)).DetachFromDisposeScope()];
    }

    private List<Tensor> Update(int step, TrainingPass pass, IOptimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var losses = new List<Tensor>();
        foreach (var micro in _plan.For(step))
        {
            using var passScope = NewDisposeScope();
            losses.Add(pass.Backward(_batches(micro)).DetachFromDisposeScope());
        }

        // Clipping rides along with the optimizer's own pass over the gradients, and no number has to come back from the device for it.
        var divisor = _options.MaxGradNorm is { } norm ? optimizer.GradientDivisor(norm, pass.Squares) : null;
        optimizer.Step(RateAt(step), divisor);
        optimizer.ZeroGradients();
        return losses;
    }
}
