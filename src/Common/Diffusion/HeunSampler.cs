using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>Heun's method on the noise level (Karras et al. 2022, algorithm 1): an Euler step, and its correction from where it led.</summary>
internal static class HeunSampler
{
    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        var levels = SigmaSchedule.Continuous(request);
        var (sigmas, timesteps) = (levels.Sigmas, levels.Timesteps);
        var (slope, start) = (new TensorHistory(1), new TensorHistory(1));

        // Even calls step on; odd ones look at the level just reached. The last level, 0, has nothing to look at.
        return new([timesteps[0], .. timesteps.Skip(1).SelectMany(t => new[] { t, t })], (call, sample, prediction) =>
        {
            var from = call / 2;
            var derivative = Derivative(prediction, sample, Level(call));
            if (call % 2 == 1)
            {
                return start[0] + (sigmas[from + 1] - sigmas[from]) / 2 * (slope[0] + derivative);
            }

            slope.Push(derivative);
            start.Push(sample);
            return sample + (sigmas[from + 1] - sigmas[from]) * derivative;
        })
        {
            InitialDeviation = levels.InitialDeviation(config),
            InputScale = call => levels.Alpha(Level(call)),
            FirstCall = 2 * request.Skipped,
            Entry = levels.Growing(request.Skipped),
        };

        static int Level(int call) => (call + 1) / 2;

        Tensor Derivative(Tensor prediction, Tensor sample, int level)
        {
            var derivative = levels.Derivative(config, prediction, sample, level);
            return config.ClipSample ? (sample - PredictedParts.Clip(config, sample - sigmas[level] * derivative)) / sigmas[level] : derivative;
        }
    }
}
