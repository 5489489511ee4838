using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>What every sampler is given.</summary>
/// <param name="Config">The model's configuration, with the sampler's own defaults.</param>
/// <param name="Steps">Number of steps.</param>
/// <param name="Eta">DDIM's share of DDPM's noise: 0 is deterministic.</param>
/// <param name="Noise">Unit noise of the sample's shape for a step, where the sampler draws any.</param>
/// <param name="Skipped">Steps left out at the noisy end, below <paramref name="Steps"/>; no earlier step leaves anything to a sampler's memory.</param>
internal sealed record SamplerRequest(SchedulerConfig Config, int Steps, double Eta, Func<int, Tensor>? Noise, int Skipped = 0)
{
    /// <summary>ᾱ of every training timestep.</summary>
    public double[] AlphasCumprod { get; } = ReadAlphas(Config);

    /// <summary>The noise of one step.</summary>
    public Tensor DrawNoise(int step) =>
        (Noise ?? throw new InvalidOperationException($"The sampler {SamplerNames.Of(Config.Sampler)} draws noise at every step: pass a source of noise."))(step);

    /// <summary>Shares of signal and noise in a variance-preserving sample at a training timestep.</summary>
    public (double Signal, double Noise) LevelAt(int timestep) => (Math.Sqrt(AlphasCumprod[timestep]), Math.Sqrt(1 - AlphasCumprod[timestep]));

    private static double[] ReadAlphas(SchedulerConfig config)
    {
        using var table = NoiseTable.AlphasCumprod(config);
        return [.. table.data<float>().ToArray().Select(alpha => (double)alpha)];
    }
}
