namespace Diptych.Common.Diffusion;

/// <summary>Noise levels σ = √((1−ᾱ)/ᾱ) of the samplers that think in them, and the timesteps they belong to.</summary>
/// <param name="Timesteps">Timesteps of the network's calls.</param>
/// <param name="Sigmas">Noise levels, one more than there are steps.</param>
internal sealed record SigmaSchedule(double[] Timesteps, double[] Sigmas)
{
    private const double Rho = 7;

    // Zero signal has no finite sigma; the smallest half-precision number stands in for it, as in the reference.
    private static readonly double s_leastAlpha = Math.Pow(2, -24);

    /// <summary>σ of every training timestep.</summary>
    public static double[] OfTraining(SchedulerConfig config, double[] alphasCumprod)
    {
        var alphas = (double[])alphasCumprod.Clone();
        if (config.RescaleBetasZeroSnr)
        {
            alphas[^1] = s_leastAlpha;
        }

        return [.. alphas.Select(alpha => Math.Sqrt((1 - alpha) / alpha))];
    }

    /// <summary>Levels spread by Karras et al. 2022, eq. 5, between the largest and the smallest of training.</summary>
    public static double[] Karras(double[] training, int steps)
    {
        var (low, high) = (Math.Pow(training[0], 1 / Rho), Math.Pow(training[^1], 1 / Rho));
        return [.. Enumerable.Range(0, steps).Select(i => Math.Pow(high + (steps == 1 ? 0 : i / (double)(steps - 1)) * (low - high), Rho))];
    }

    /// <summary>The (fractional) training timestep of a noise level, by its logarithm.</summary>
    public static double TimestepOf(double sigma, double[] training)
    {
        var level = Math.Log(Math.Max(sigma, 1e-10));
        var low = 0;
        while (low < training.Length - 2 && Math.Log(training[low + 1]) <= level)
        {
            low++;
        }

        var (from, to) = (Math.Log(training[low]), Math.Log(training[low + 1]));
        return low + Math.Clamp((from - level) / (from - to), 0, 1);
    }
}
