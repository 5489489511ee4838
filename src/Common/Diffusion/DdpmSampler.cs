namespace Diptych.Common.Diffusion;

/// <summary>Ancestral sampling of the diffusion's posterior (Ho et al. 2020, eq. 6, 7 and 15).</summary>
internal static class DdpmSampler
{
    private const double SmallestVariance = 1e-20;

    public static SamplerPlan Plan(SamplerRequest request)
    {
        var (config, alphas) = (request.Config, request.AlphasCumprod);
        var timesteps = SamplerTimesteps.Spaced(config, request.Steps);
        return new([.. timesteps.Select(t => (double)t)], (i, sample, prediction) =>
        {
            var alpha = alphas[timesteps[i]];
            var alphaPrevious = i + 1 < timesteps.Length ? alphas[timesteps[i + 1]] : 1;
            var ratio = alpha / alphaPrevious;

            var clean = PredictedParts.Clip(config, PredictedParts.Of(config, prediction, sample, alpha).Clean);
            var mean = Math.Sqrt(alphaPrevious) * (1 - ratio) / (1 - alpha) * clean
                + Math.Sqrt(ratio) * (1 - alphaPrevious) / (1 - alpha) * sample;

            // Only timestep 0 is free of noise: a trailing spacing that ends above it still draws, as in the reference.
            return timesteps[i] > 0 ? mean + Deviation(config, alpha, alphaPrevious) * request.DrawNoise(i) : mean;
        })
        {
            FirstCall = request.Skipped,
            Entry = request.LevelAt(timesteps[request.Skipped]),
        };
    }

    private static double Deviation(SchedulerConfig config, double alpha, double alphaPrevious)
    {
        var beta = 1 - alpha / alphaPrevious;
        var posterior = Math.Max((1 - alphaPrevious) / (1 - alpha) * beta, SmallestVariance);
        return Math.Sqrt(config.VarianceType == "fixed_large" ? beta : posterior);
    }
}
