namespace Diptych.StepTiming;

/// <summary>How many steps a measurement takes.</summary>
/// <param name="WarmUp">Steps before it.</param>
/// <param name="Steps">Steps of a round.</param>
/// <param name="Rounds">Rounds; their median counts.</param>
public sealed record LeverPlan(int WarmUp = 20, int Steps = 50, int Rounds = 3);
