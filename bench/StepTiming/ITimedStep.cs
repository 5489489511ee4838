namespace Diptych.StepTiming;

/// <summary>One training step, again and again: data, loss, gradients, update.</summary>
public interface ITimedStep : IDisposable
{
    /// <summary>Takes step number <paramref name="step"/> and returns its loss, which is read from the device.</summary>
    double Run(int step, PhaseClock clock);
}
