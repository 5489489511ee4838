namespace Diptych.Common.Diffusion;

/// <summary>Denoising diffusion implicit models (Song et al. 2021, eq. 12 and 16).</summary>
internal static class DdimSampler
{
    public static SamplerPlan Plan(SamplerRequest request)
    {
        var (config, alphas) = (request.Config, request.AlphasCumprod);
        var timesteps = SamplerTimesteps.Spaced(config, request.Steps);
        var stride = config.TrainTimesteps / request.Steps;
        var finalAlpha = config.SetAlphaToOne ? 1 : alphas[0];
        return new([.. timesteps.Select(t => (double)t)], (i, sample, prediction) =>
        {
            var previous = timesteps[i] - stride;
            var alpha = alphas[timesteps[i]];
            var alphaPrevious = previous >= 0 ? alphas[previous] : finalAlpha;
            var variance = (1 - alphaPrevious) / (1 - alpha) * (1 - alpha / alphaPrevious);
            var deviation = request.Eta * Math.Sqrt(variance);

            // Noise alone (zero signal, eta 1) takes all of the variance, and rounding must not take more.
            // Where clean is clipped, the noise stays the unclipped one, as in the reference.
            var (clean, noise) = PredictedParts.Of(config, prediction, sample, alpha);
            var direction = Math.Sqrt(Math.Max(0, 1 - alphaPrevious - deviation * deviation)) * noise;
            var next = Math.Sqrt(alphaPrevious) * PredictedParts.Clip(config, clean) + direction;
            return request.Eta > 0 ? next + deviation * request.DrawNoise(i) : next;
        })
        {
            FirstCall = request.Skipped,
            Entry = request.LevelAt(timesteps[request.Skipped]),
        };
    }
}
