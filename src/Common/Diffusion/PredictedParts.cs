using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>The clean sample and the noise that a prediction stands for.</summary>
internal static class PredictedParts
{
    /// <summary>Both parts of a sample at signal level ᾱ.</summary>
    public static (Tensor Clean, Tensor Noise) Of(SchedulerConfig config, Tensor prediction, Tensor sample, double alpha)
    {
        var (signal, sigma) = (Math.Sqrt(alpha), Math.Sqrt(1 - alpha));
        return config.PredictionType switch
        {
            PredictionType.Epsilon => (CleanFromNoise(config, prediction, sample, signal, sigma), prediction),
            PredictionType.VPrediction => (signal * sample - sigma * prediction, signal * prediction + sigma * sample),
            _ => (prediction, (sample - signal * prediction) / sigma),
        };
    }

    /// <summary>The clean sample, clipped where the configuration says so.</summary>
    public static Tensor Clip(SchedulerConfig config, Tensor clean) =>
        config.ClipSample ? clean.clamp(-config.ClipSampleRange, config.ClipSampleRange) : clean;

    private static Tensor CleanFromNoise(SchedulerConfig config, Tensor prediction, Tensor sample, double signal, double sigma) =>
        signal > 0
            ? (sample - sigma * prediction) / signal
            : throw new DiptychException($"{config.Source}: \"prediction_type\" epsilon says nothing about the clean sample at zero signal: use v_prediction, or leave rescale_betas_zero_snr or trailing spacing off.");
}
