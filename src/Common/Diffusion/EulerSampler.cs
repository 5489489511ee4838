namespace Diptych.Common.Diffusion;

/// <summary>Euler's method on the noise level (Karras et al. 2022, algorithm 2 with no churn).</summary>
internal static class EulerSampler
{
    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        var levels = SigmaSchedule.Continuous(request, config.FinalSigmaZero);
        return new(levels.Timesteps, (i, sample, prediction) =>
            sample + (levels.Sigmas[i + 1] - levels.Sigmas[i]) * levels.Derivative(config, prediction, sample, i))
        {
            InitialDeviation = levels.InitialDeviation(config),
            InputScale = levels.Alpha,
            FirstCall = request.Skipped,
            Entry = levels.Growing(request.Skipped),
        };
    }
}
