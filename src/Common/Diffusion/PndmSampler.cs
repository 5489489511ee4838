using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// Pseudo numerical methods for diffusion (Liu et al. 2022, eq. 9 and algorithm 2): linear multistep of fourth order, started by three
/// Runge-Kutta steps or, as Stable Diffusion does, by multistep of lower order.
/// </summary>
internal static class PndmSampler
{
    private const int RungeKuttaSteps = 3;
    private const int CallsPerRungeKutta = 4;

    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        if (config.PredictionType == PredictionType.Sample)
        {
            throw new DiptychException($"{config.Source}: \"prediction_type\" sample does not work with pndm: use ddim, ddpm or dpm++2m.");
        }

        // Its memory holds nothing at a start in the middle either, so it starts there as it does at the beginning.
        var visited = SamplerTimesteps.Spaced(config, request.Steps)[request.Skipped..];
        return config.SkipPrkSteps ? Multistep(request, visited) : StartedByRungeKutta(request, visited);
    }

    private static SamplerPlan Multistep(SamplerRequest request, int[] visited)
    {
        // The second timestep is asked twice: its first answer only corrects the step that led there.
        int[] calls = visited.Length > 1 ? [visited[0], visited[1], .. visited[1..]] : visited;
        var (history, start, stride) = (new TensorHistory(4), new TensorHistory(1), Stride(request));
        return new([.. calls.Select(t => (double)t)], (i, sample, prediction) =>
        {
            if (i == 1)
            {
                return PndmTransfer.Apply(request, start[0], calls[1] + stride, calls[1], (prediction + history[0]) / 2);
            }

            history.Push(prediction);
            if (i == 0)
            {
                start.Push(sample);
            }

            return PndmTransfer.Apply(request, sample, calls[i], calls[i] - stride, Combined(history));
        })
        {
            Entry = request.LevelAt(visited[0]),
        };
    }

    private static SamplerPlan StartedByRungeKutta(SamplerRequest request, int[] visited)
    {
        if (visited.Length <= RungeKuttaSteps)
        {
            throw new DiptychException($"{visited.Length} sampling steps are too few for pndm's Runge-Kutta start: use at least {RungeKuttaSteps + 1}, or set \"skip_prk_steps\" in {request.Config.Source}.");
        }

        var (stride, half) = (Stride(request), Stride(request) / 2);
        int[] calls =
        [
            .. Enumerable.Range(0, RungeKuttaSteps).SelectMany(k => new[] { visited[k], visited[k + 1] + half, visited[k + 1] + half, visited[k + 1] }),
            .. visited[RungeKuttaSteps..],
        ];
        var (history, start, slopes) = (new TensorHistory(4), new TensorHistory(1), new TensorHistory(CallsPerRungeKutta));
        return new([.. calls.Select(t => (double)t)], (i, sample, prediction) =>
        {
            if (i >= RungeKuttaSteps * CallsPerRungeKutta)
            {
                history.Push(prediction);
                return PndmTransfer.Apply(request, sample, calls[i], calls[i] - stride, Combined(history));
            }

            slopes.Push(prediction);
            var stage = i % CallsPerRungeKutta;
            if (stage == 0)
            {
                history.Push(prediction);
                start.Push(sample);
            }

            var slope = stage == 3 ? (slopes[3] + 2 * slopes[2] + 2 * slopes[1] + slopes[0]) / 6 : prediction;
            return PndmTransfer.Apply(request, start[0], calls[i - stage], stage % 2 == 0 ? calls[i] - half : calls[i], slope);
        })
        {
            Entry = request.LevelAt(visited[0]),
        };
    }

    // Adams-Bashforth of the order that the history allows.
    private static Tensor Combined(TensorHistory e) => e.Count switch
    {
        1 => e[0],
        2 => (3 * e[0] - e[1]) / 2,
        3 => (23 * e[0] - 16 * e[1] + 5 * e[2]) / 12,
        _ => (55 * e[0] - 59 * e[1] + 37 * e[2] - 9 * e[3]) / 24,
    };

    private static int Stride(SamplerRequest request) => request.Config.TrainTimesteps / request.Steps;
}
