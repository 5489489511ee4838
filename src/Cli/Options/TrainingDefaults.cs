using Diptych.Common.Training;
using Diptych.DreamBooth;
using Diptych.TextualInversion;

namespace Diptych.Cli.Options;

/// <summary>What training options are when they are not given: ours, and with <c>--parity</c> the reference script's.</summary>
/// <param name="Ours">Defaults of this program.</param>
/// <param name="Reference">Defaults of the reference script.</param>
/// <param name="ReferenceSteps">The reference's number of steps in words.</param>
internal sealed record TrainingDefaults(TrainingOptions Ours, TrainingOptions Reference, string ReferenceSteps)
{
    // "No limit" in the reference; far more checkpoints than any run writes.
    private const int EveryCheckpoint = 1000;

    /// <summary>Textual Inversion's.</summary>
    public static TrainingDefaults TextualInversion { get; } = new(
        new TextualInversionOptions { PlaceholderToken = "", InitializerToken = "" }.Training,
        new TrainingOptions { MaxTrainSteps = 5000, TrainBatchSize = 16, LearningRate = 1e-4, LrWarmupSteps = 500, CheckpointsTotalLimit = EveryCheckpoint, Parity = true },
        "5000");

    /// <summary>DreamBooth's. The reference trains one epoch: 0 stands for it until the number of photos is known.</summary>
    public static TrainingDefaults DreamBooth { get; } = new(
        new DreamBoothOptions { InstancePrompt = "" }.Training,
        new TrainingOptions { MaxTrainSteps = 0, TrainBatchSize = 4, LearningRate = 5e-6, LrWarmupSteps = 500, MaxGradNorm = 1, CheckpointsTotalLimit = EveryCheckpoint, Parity = true },
        "one epoch");

    /// <summary>A default in words; where the reference's is another, that as well.</summary>
    public string InWords<T>(Func<TrainingOptions, T> value, Func<T, string>? words = null)
    {
        var say = words ?? (v => FormattableString.Invariant($"{v}"));
        var (ours, reference) = (say(value(Ours)), say(value(Reference)));
        return ours == reference ? $"Default {ours}." : $"Default {ours} (the reference's, in effect with --parity: {reference}).";
    }
}
