using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>Pseudo numerical methods for diffusion (Liu et al. 2022, eq. 9 and algorithm 2), linear multistep from the first step on.</summary>
internal static class PndmSampler
{
    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        Check(config);
        var visited = SamplerTimesteps.Spaced(config, request.Steps);
        var stride = config.TrainTimesteps / request.Steps;

        // The second timestep is asked twice: its first answer only corrects the step that led there.
        int[] calls = visited.Length > 1 ? [visited[0], visited[1], .. visited[1..]] : visited;
        var history = new TensorHistory(4);
        var start = new TensorHistory(1);
        return new([.. calls.Select(t => (double)t)], (i, sample, prediction) =>
        {
            if (i == 1)
            {
                return Transfer(request, start[0], calls[1] + stride, calls[1], (prediction + history[0]) / 2);
            }

            history.Push(prediction);
            if (i == 0)
            {
                start.Push(sample);
            }

            return Transfer(request, sample, calls[i], calls[i] - stride, Combined(history));
        });
    }

    private static void Check(SchedulerConfig config)
    {
        if (config.PredictionType == PredictionType.Sample)
        {
            throw new DiptychException($"{config.Source}: \"prediction_type\" sample does not work with pndm: use ddim, ddpm or dpm++2m.");
        }

        if (!config.SkipPrkSteps)
        {
            throw new DiptychException($"{config.Source}: \"skip_prk_steps\" false is not supported: use true, as Stable Diffusion does.");
        }
    }

    // Adams-Bashforth of the order that the history allows.
    private static Tensor Combined(TensorHistory e) => e.Count switch
    {
        1 => e[0],
        2 => (3 * e[0] - e[1]) / 2,
        3 => (23 * e[0] - 16 * e[1] + 5 * e[2]) / 12,
        _ => (55 * e[0] - 59 * e[1] + 37 * e[2] - 9 * e[3]) / 24,
    };

    // Eq. 9: the exact transfer from timestep to previous if the noise stayed what it is.
    private static Tensor Transfer(SamplerRequest request, Tensor sample, int timestep, int previous, Tensor prediction)
    {
        var (config, alphas) = (request.Config, request.AlphasCumprod);
        var alpha = alphas[timestep];
        var alphaPrevious = previous >= 0 ? alphas[previous] : config.SetAlphaToOne ? 1 : alphas[0];
        var noise = config.PredictionType == PredictionType.VPrediction ? Math.Sqrt(alpha) * prediction + Math.Sqrt(1 - alpha) * sample : prediction;
        if (alpha == 0)
        {
            throw new DiptychException($"{config.Source}: pndm cannot start where nothing of the sample is left: use ddim, ddpm or dpm++2m with rescale_betas_zero_snr.");
        }

        var denominator = alpha * Math.Sqrt(1 - alphaPrevious) + Math.Sqrt(alpha * (1 - alpha) * alphaPrevious);
        return Math.Sqrt(alphaPrevious / alpha) * sample - (alphaPrevious - alpha) / denominator * noise;
    }
}
