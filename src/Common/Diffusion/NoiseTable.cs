using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>ᾱ of every training timestep, computed as the reference does: in fp32, one rounding after another.</summary>
internal static class NoiseTable
{
    private const double LargestBeta = 0.999;

    /// <summary>ᾱ, fp32 [T] on the CPU, owned by the caller.</summary>
    public static Tensor AlphasCumprod(SchedulerConfig config)
    {
        using var scope = NewDisposeScope();
        var betas = Betas(config);
        var alphas = 1.0 - (config.RescaleBetasZeroSnr ? ZeroTerminalSnr(betas) : betas);
        return alphas.cumprod(0).DetachFromDisposeScope();
    }

    private static Tensor Betas(SchedulerConfig config)
    {
        var steps = config.TrainTimesteps;
        return config.BetaSchedule switch
        {
            BetaSchedule.Linear => linspace(config.BetaStart, config.BetaEnd, steps, ScalarType.Float32),
            BetaSchedule.ScaledLinear => linspace(Math.Sqrt(config.BetaStart), Math.Sqrt(config.BetaEnd), steps, ScalarType.Float32).pow(2),
            BetaSchedule.SquaredCosine => tensor(Enumerable.Range(0, steps).Select(i => (float)CosineBeta(i, steps)).ToArray()),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.BetaSchedule, "No such schedule of betas."),
        };
    }

    // Nichol and Dhariwal 2021, eq. 17.
    private static double CosineBeta(int i, int steps)
    {
        return Math.Min(1 - AlphaBar((i + 1) / (double)steps) / AlphaBar(i / (double)steps), LargestBeta);

        static double AlphaBar(double t) => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2);
    }

    // Lin et al. 2023, algorithm 1: shift sqrt(ᾱ) so that its last value is 0, scale it so that its first stays.
    private static Tensor ZeroTerminalSnr(Tensor betas)
    {
        var root = (1.0 - betas).cumprod(0).sqrt();
        var (first, last) = (root[0], root[-1]);
        var alphasCumprod = ((root - last) * (first / (first - last))).pow(2);
        var alphas = cat([alphasCumprod[..1], alphasCumprod[1..] / alphasCumprod[..^1]]);

        // The way through betas and back rounds as the reference rounds.
        return 1.0 - alphas;
    }
}
