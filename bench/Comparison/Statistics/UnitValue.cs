namespace Diptych.Comparison.Statistics;

/// <summary>One measured value and where it belongs in the design.</summary>
/// <param name="Group">What is averaged last, each group counting alike: the prompt family.</param>
/// <param name="Context">What is resampled first; equal contexts in several groups are resampled together.</param>
/// <param name="Seed">What is resampled within a context: the index of the initial latents.</param>
/// <param name="Value">The measure.</param>
public sealed record UnitValue(string Group, string Context, int Seed, double Value);
