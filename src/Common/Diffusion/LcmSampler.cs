namespace Diptych.Common.Diffusion;

/// <summary>Multistep sampling of a latent consistency model (Luo et al. 2023, algorithm 3): jump to the clean sample, noise it anew.</summary>
internal static class LcmSampler
{
    private const double SigmaData = 0.5;

    public static SamplerPlan Plan(SamplerRequest request)
    {
        var (config, alphas) = (request.Config, request.AlphasCumprod);
        var timesteps = Timesteps(config, request.Steps);
        return new([.. timesteps.Select(t => (double)t)], (i, sample, prediction) =>
        {
            var alpha = alphas[timesteps[i]];
            var clean = PredictedParts.Clip(config, PredictedParts.Of(config, prediction, sample, alpha).Clean);

            // The boundary condition of consistency models: at timestep 0 the input itself.
            var time = timesteps[i] * config.TimestepScaling;
            var skip = SigmaData * SigmaData / (time * time + SigmaData * SigmaData);
            var denoised = time / Math.Sqrt(time * time + SigmaData * SigmaData) * clean + skip * sample;
            if (i == timesteps.Length - 1)
            {
                return denoised;
            }

            var next = alphas[timesteps[i + 1]];
            return Math.Sqrt(next) * denoised + Math.Sqrt(1 - next) * request.DrawNoise(i);
        })
        {
            FirstCall = request.Skipped,
            Entry = request.LevelAt(timesteps[request.Skipped]),
        };
    }

    // Evenly from the schedule the model was distilled on.
    private static int[] Timesteps(SchedulerConfig config, int steps)
    {
        var original = config.OriginalInferenceSteps;
        if (steps < 1 || steps > original)
        {
            throw new DiptychException($"{steps} sampling steps were asked for, but lcm takes 1 to {original} (\"original_inference_steps\" of {config.Source}): change the number of steps.");
        }

        var stride = config.TrainTimesteps / original;
        return [.. Enumerable.Range(0, steps).Select(i => (original - (int)Math.Floor(i * (original / (double)steps))) * stride - 1)];
    }
}
