using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// A sampler laid out for a number of steps: the timesteps at which it asks the network, and how one answer takes it to the next sample.
/// Every sampler is one function that returns such a plan.
/// </summary>
/// <param name="Timesteps">Timesteps in the order of the network's calls; a sampler may ask twice at one.</param>
/// <param name="Step">The next sample, from the call's index, the sample and the network's prediction for it.</param>
internal sealed record SamplerPlan(IReadOnlyList<double> Timesteps, Func<int, Tensor, Tensor, Tensor> Step)
{
    /// <summary>Standard deviation of the sample the sampler starts from; its caller brings unit noise.</summary>
    public double InitialDeviation { get; init; } = 1;

    /// <summary>What the sample is multiplied by before a call's network sees it; null where it sees the sample itself.</summary>
    public Func<int, double>? InputScale { get; init; }

    /// <summary>The first call that is made; above 0 where steps are skipped.</summary>
    public int FirstCall { get; init; }

    /// <summary>Factors of a clean sample and of unit noise that make a sample of the first call's level.</summary>
    public required (double Signal, double Noise) Entry { get; init; }
}
