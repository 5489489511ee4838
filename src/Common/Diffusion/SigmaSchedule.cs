using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>Noise levels σ = √((1−ᾱ)/ᾱ) of the samplers that think in them, and the timesteps they belong to.</summary>
/// <param name="Timesteps">Timesteps of the network's calls.</param>
/// <param name="Sigmas">Noise levels, one more than there are steps.</param>
internal sealed record SigmaSchedule(double[] Timesteps, double[] Sigmas)
{
    private const double Rho = 7;

    // Zero signal has no finite sigma; the smallest half-precision number stands in for it, as in the reference.
    private static readonly float s_leastAlpha = MathF.Pow(2, -24);

    /// <summary>Standard deviation of the initial noise where samples grow with σ: leading spacing starts below pure noise and keeps the signal's share.</summary>
    public double InitialDeviation(SchedulerConfig config) =>
        config.TimestepSpacing == TimestepSpacing.Leading ? Math.Sqrt(Sigmas[0] * Sigmas[0] + 1) : Sigmas[0];

    /// <summary>α of the variance-preserving sample at a step's noise level.</summary>
    public double Alpha(int level) => 1 / Math.Sqrt(Sigmas[level] * Sigmas[level] + 1);

    /// <summary>Shares of signal and noise in a variance-preserving sample at a step's noise level.</summary>
    public (double Signal, double Noise) Preserving(int level) => (Alpha(level), Sigmas[level] * Alpha(level));

    /// <summary>Shares of signal and noise in a sample that grows with σ.</summary>
    public (double Signal, double Noise) Growing(int level) => (1, Sigmas[level]);

    /// <summary>The noise a prediction stands for, given a sample that grows with σ: dx/dσ of the probability flow.</summary>
    public Tensor Derivative(SchedulerConfig config, Tensor prediction, Tensor sample, int level)
    {
        var alpha = Alpha(level);
        return PredictedParts.Of(config, prediction, sample * alpha, alpha * alpha).Noise;
    }

    /// <summary>Levels of Euler, Heun and the linear multistep, whose timesteps may fall between the training's.</summary>
    public static SigmaSchedule Continuous(SamplerRequest request, bool toZero = true, bool mayBeKarras = true)
    {
        var (config, steps) = (request.Config, request.Steps);
        var training = OfTraining(config, request.AlphasCumprod);
        double[] timesteps = config.TimestepSpacing == TimestepSpacing.Linspace
            ? SamplerTimesteps.Fractional(config, steps)
            : [.. SamplerTimesteps.Spaced(config, steps).Select(t => (double)t)];
        var sigmas = timesteps.Select(t => Interpolated(training, t)).ToArray();
        if (config.UseKarrasSigmas && mayBeKarras)
        {
            sigmas = Karras(sigmas[^1], sigmas[0], steps);
            timesteps = [.. sigmas.Select(sigma => (double)(float)TimestepOf(sigma, training))];
        }

        return Rounded(timesteps, sigmas, toZero ? 0 : training[0]);
    }

    /// <summary>Levels of the multistep solvers, at whole timesteps.</summary>
    public static SigmaSchedule Whole(SamplerRequest request, int last)
    {
        var (config, steps) = (request.Config, request.Steps);
        var training = OfTraining(config, request.AlphasCumprod);
        double[] timesteps = [.. SamplerTimesteps.SpacedWithEnd(config, steps, last).Select(t => (double)t)];
        var sigmas = timesteps.Select(t => training[(int)t]).ToArray();
        if (config.UseKarrasSigmas)
        {
            sigmas = Karras(training[0], training[^1], steps);
            timesteps = [.. sigmas.Select(sigma => WholeTimestep(config, TimestepOf(sigma, training)))];
        }

        return Rounded(timesteps, sigmas, config.FinalSigmaZero ? 0 : training[0]);
    }

    /// <summary>σ of every training timestep, in the reference's fp32.</summary>
    public static double[] OfTraining(SchedulerConfig config, double[] alphasCumprod)
    {
        var alphas = alphasCumprod.Select(alpha => (float)alpha).ToArray();
        if (config.RescaleBetasZeroSnr)
        {
            alphas[^1] = s_leastAlpha;
        }

        return [.. alphas.Select(alpha => (double)MathF.Sqrt((1 - alpha) / alpha))];
    }

    /// <summary>λ = log(α/σ), half the logarithm of the signal-to-noise ratio.</summary>
    public static double Lambda(double sigma) => -Math.Log(sigma);

    // Karras et al. 2022, eq. 5.
    private static double[] Karras(double low, double high, int steps)
    {
        var (from, to) = (Math.Pow(high, 1 / Rho), Math.Pow(low, 1 / Rho));
        return [.. Enumerable.Range(0, steps).Select(i => Math.Pow(from + (steps == 1 ? 0 : i / (double)(steps - 1)) * (to - from), Rho))];
    }

    // The fractional training timestep of a noise level, by its logarithm.
    private static double TimestepOf(double sigma, double[] training)
    {
        var level = Math.Log(Math.Max(sigma, 1e-10));
        var low = 0;
        while (low < training.Length - 2 && LogLevel(low + 1) <= level)
        {
            low++;
        }

        var (from, to) = (LogLevel(low), LogLevel(low + 1));
        var share = Math.Clamp((from - level) / (from - to), 0, 1);
        return (1 - share) * low + share * (low + 1);

        float LogLevel(int i) => MathF.Log((float)training[i]);
    }

    private static double WholeTimestep(SchedulerConfig config, double timestep) =>
        config.Sampler != SamplerKind.UniPc && config.BetaSchedule == BetaSchedule.SquaredCosine ? Math.Truncate(timestep) : Math.Round(timestep, MidpointRounding.ToEven);

    private static double Interpolated(double[] training, double timestep)
    {
        var low = Math.Min((int)timestep, training.Length - 2);
        return training[low] + (timestep - low) * (training[low + 1] - training[low]);
    }

    private static SigmaSchedule Rounded(double[] timesteps, double[] sigmas, double last) =>
        new(timesteps, [.. sigmas.Append(last).Select(sigma => (double)(float)sigma)]);
}
