namespace Diptych.StepTiming;

/// <summary>One training step, again and again: data, loss, gradients, update.</summary>
public interface ITimedStep : IDisposable
{
    /// <summary>Takes step number <paramref name="step"/>. Reads from the device only what a training by that step would read.</summary>
    void Run(int step, PhaseClock clock);

    /// <summary>Gives back the threads it keeps between two steps, so that another's steps can be timed.</summary>
    void Rest();

    /// <summary>The mean loss of all steps so far; waits for the device.</summary>
    double MeanLoss { get; }
}
