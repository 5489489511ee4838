namespace Diptych.Cli.Training;

/// <summary>What came of a training run.</summary>
/// <param name="Result">Figures for the run's record; <c>steps</c> is among them.</param>
/// <param name="Lines">Lines for standard output: what was written, and how to use it.</param>
internal sealed record TrainingOutcome(IReadOnlyDictionary<string, double> Result, IReadOnlyList<string> Lines);
