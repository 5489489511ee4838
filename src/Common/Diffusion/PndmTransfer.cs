using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>PNDM's exact transfer from one timestep to another as if the noise stayed what it is (Liu et al. 2022, eq. 9).</summary>
internal static class PndmTransfer
{
    public static Tensor Apply(SamplerRequest request, Tensor sample, int from, int to, Tensor prediction)
    {
        var (config, alphas) = (request.Config, request.AlphasCumprod);
        var alpha = alphas[from];
        if (alpha == 0)
        {
            throw new DiptychException($"{config.Source}: pndm cannot start where nothing of the sample is left (\"rescale_betas_zero_snr\" with trailing spacing): use ddim, ddpm or dpm++2m.");
        }

        var alphaTo = to >= 0 ? alphas[to] : config.SetAlphaToOne ? 1 : alphas[0];
        var noise = config.PredictionType == PredictionType.VPrediction ? Math.Sqrt(alpha) * prediction + Math.Sqrt(1 - alpha) * sample : prediction;
        var denominator = alpha * Math.Sqrt(1 - alphaTo) + Math.Sqrt(alpha * (1 - alpha) * alphaTo);
        return Math.Sqrt(alphaTo / alpha) * sample - (alphaTo - alpha) / denominator * noise;
    }
}
