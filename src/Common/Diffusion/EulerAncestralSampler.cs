namespace Diptych.Common.Diffusion;

/// <summary>Euler steps below the next noise level, and noise that brings the sample up to it (Crowson, k-diffusion).</summary>
internal static class EulerAncestralSampler
{
    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;

        // The reference's class does not know use_karras_sigmas; a file may hold it on another sampler's behalf.
        var levels = SigmaSchedule.Continuous(request, mayBeKarras: false);
        return new(levels.Timesteps, (i, sample, prediction) =>
        {
            var (from, to) = (levels.Sigmas[i], levels.Sigmas[i + 1]);
            var up = Math.Sqrt(to * to * (from * from - to * to) / (from * from));
            var down = Math.Sqrt(to * to - up * up);
            var next = sample + (down - from) * levels.Derivative(config, prediction, sample, i);
            return up > 0 ? next + up * request.DrawNoise(i) : next;
        })
        {
            InitialDeviation = levels.InitialDeviation(config),
            InputScale = levels.Alpha,
            FirstCall = request.Skipped,
            Entry = levels.Growing(request.Skipped),
        };
    }
}
