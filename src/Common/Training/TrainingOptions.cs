using System.ComponentModel.DataAnnotations;
using Diptych.Common.Runtime;

namespace Diptych.Common.Training;

/// <summary>What both methods' training has in common. Names follow the reference scripts' flags.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps. Default 500.</summary>
    [Range(0, 10_000_000)]
    public int MaxTrainSteps { get; init; } = 500;

    /// <summary>Photos a forward pass sees. Default 4.</summary>
    [Range(1, 4096)]
    public int TrainBatchSize { get; init; } = 4;

    /// <summary>Forward and backward passes that share one optimizer step. Default 1.</summary>
    [Range(1, 4096)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Peak learning rate of the optimizer. Default 1e-4.</summary>
    [Range(0.0, 10.0)]
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Whether the learning rate is multiplied by batch size and accumulation steps, as the reference's <c>--scale_lr</c>. Default no.</summary>
    public bool ScaleLr { get; init; }

    /// <summary>Shape of the learning rate over time, by the reference's name. Default constant.</summary>
    public string LrScheduler { get; init; } = "constant";

    /// <summary>Steps over which the learning rate rises from zero; a constant schedule ignores them. Default 0.</summary>
    [Range(0, 10_000_000)]
    public int LrWarmupSteps { get; init; }

    /// <summary>Hard restarts of <c>cosine_with_restarts</c>. Default 1.</summary>
    [Range(1, 10_000)]
    public int LrNumCycles { get; init; } = 1;

    /// <summary>Power of <c>polynomial</c>. Default 1.</summary>
    [Range(0.0, 100.0)]
    public double LrPower { get; init; } = 1;

    /// <summary>AdamW's constants.</summary>
    public AdamWOptions Adam { get; init; } = new();

    /// <summary>Whether AdamW keeps its moments as bytes, a quarter of their memory (<see cref="EightBitAdamW"/>). Default no.</summary>
    public bool Use8BitAdam { get; init; }

    /// <summary>Largest norm of all gradients together; larger ones are scaled down. Default none.</summary>
    [Range(1e-8, 1e8)]
    public double? MaxGradNorm { get; init; }

    /// <summary>Names every random draw of the run. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Precision of matrix products. Default fp32.</summary>
    public MixedPrecision MixedPrecision { get; init; }

    /// <summary>Steps between checkpoints. Default 500; 0 writes none but the last of an interrupted run.</summary>
    [Range(0, 10_000_000)]
    public int CheckpointingSteps { get; init; } = 500;

    /// <summary>Checkpoints kept; the oldest go first. Default 2. What a method writes beside a checkpoint is small and stays.</summary>
    [Range(1, 1000)]
    public int CheckpointsTotalLimit { get; init; } = 2;

    /// <summary>Steps between readings of the loss; reading waits for the device. Default 10.</summary>
    [Range(1, 10_000)]
    public int LogEvery { get; init; } = 10;

    /// <summary>
    /// Whether epochs bound the batches as in the reference scripts: the last batch of an epoch may be short, and accumulation ends with the epoch
    /// yet still divides by its full count. Default no: every batch is full and epochs flow into each other.
    /// </summary>
    public bool Parity { get; init; }

    /// <summary>The learning rate after <see cref="ScaleLr"/>.</summary>
    public double EffectiveLearningRate => ScaleLr ? LearningRate * TrainBatchSize * GradientAccumulationSteps : LearningRate;
}
