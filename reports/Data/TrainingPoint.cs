namespace Diptych.Reports.Data;

/// <summary>One line of an arm's <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Optimizer steps taken, from 1.</param>
/// <param name="Loss">Training loss of the step.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Seconds">Wall-clock seconds since training began.</param>
public sealed record TrainingPoint(int Step, double Loss, double LearningRate, double Seconds);
