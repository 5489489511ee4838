namespace Diptych.Common.Training;

/// <summary>Where a training run stands.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="Loss">Mean loss since the last reading; NaN before the first.</param>
/// <param name="StepsPerSecond">Rate since the run began or was resumed.</param>
public readonly record struct TrainingProgress(int Step, int Steps, double Loss, double StepsPerSecond)
{
    /// <summary>Time left at the present rate.</summary>
    public TimeSpan Remaining => StepsPerSecond > 0 ? TimeSpan.FromSeconds((Steps - Step) / StepsPerSecond) : TimeSpan.Zero;
}
