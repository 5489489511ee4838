namespace Diptych.Common.Training;

/// <summary>Which photos each optimizer step sees: a pure function of the step, so that a resumed run sees what an uninterrupted one would.</summary>
/// <param name="datasetLength">Photos in an epoch (photos times repeats).</param>
/// <param name="options">Batch size, accumulation, and whether epochs bound the batches.</param>
public sealed class UpdatePlan(int datasetLength, TrainingOptions options)
{
    private readonly int _batchesPerEpoch = (datasetLength + options.TrainBatchSize - 1) / options.TrainBatchSize;

    /// <summary>The passes of optimizer step <paramref name="update"/>, counted from 0.</summary>
    public IReadOnlyList<MicroBatch> For(int update) => options.Parity ? WithinEpoch(update) : Endless(update);

    private List<MicroBatch> Endless(int update)
    {
        var first = (long)update * options.GradientAccumulationSteps;
        return [.. Enumerable.Range(0, options.GradientAccumulationSteps)
            .Select(part => new MicroBatch(first + part, (first + part) * options.TrainBatchSize, options.TrainBatchSize))];
    }

    private List<MicroBatch> WithinEpoch(int update)
    {
        var updatesPerEpoch = (_batchesPerEpoch + options.GradientAccumulationSteps - 1) / options.GradientAccumulationSteps;
        long epoch = update / updatesPerEpoch;
        var first = update % updatesPerEpoch * options.GradientAccumulationSteps;
        var last = Math.Min(first + options.GradientAccumulationSteps, _batchesPerEpoch);
        return [.. Enumerable.Range(first, last - first).Select(batch => new MicroBatch(
            epoch * _batchesPerEpoch + batch,
            epoch * datasetLength + (long)batch * options.TrainBatchSize,
            Math.Min(options.TrainBatchSize, datasetLength - batch * options.TrainBatchSize)))];
    }
}
