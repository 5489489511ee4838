using System.Text.Json.Serialization;

namespace Diptych.Common.Training;

/// <summary>One line of a run's <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Optimizer steps done, from 1.</param>
/// <param name="Loss">Mean loss of the passes since the last line.</param>
/// <param name="LearningRate">Learning rate of this step.</param>
/// <param name="Seconds">Training time so far, over all resumptions.</param>
public sealed record TrainingPoint(
    [property: JsonPropertyName("step")] int Step,
    [property: JsonPropertyName("loss")] double Loss,
    [property: JsonPropertyName("learning_rate")] double LearningRate,
    [property: JsonPropertyName("seconds")] double Seconds);
