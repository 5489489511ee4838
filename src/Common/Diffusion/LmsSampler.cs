namespace Diptych.Common.Diffusion;

/// <summary>Linear multistep of up to fourth order on the noise level: the past derivatives' interpolating polynomial, integrated (Crowson, k-diffusion).</summary>
internal static class LmsSampler
{
    private const int LargestOrder = 4;

    // Two-point Gauss-Legendre integrates the cubics of fourth order exactly.
    private static readonly double s_node = 1 / Math.Sqrt(3);

    public static SamplerPlan Plan(SamplerRequest request)
    {
        var config = request.Config;
        var levels = SigmaSchedule.Continuous(request);
        var history = new TensorHistory(LargestOrder);
        return new(levels.Timesteps, (i, sample, prediction) =>
        {
            history.Push(levels.Derivative(config, prediction, sample, i));
            var next = sample;
            for (var age = 0; age < history.Count; age++)
            {
                next = next + Weight(levels.Sigmas, i, age, history.Count) * history[age];
            }

            return next;
        })
        {
            InitialDeviation = levels.InitialDeviation(config),
            InputScale = levels.Alpha,
            FirstCall = request.Skipped,
            Entry = levels.Growing(request.Skipped),
        };
    }

    // Integral from one level to the next of the Lagrange polynomial that is 1 at one past level and 0 at the others.
    private static double Weight(double[] sigmas, int i, int age, int order)
    {
        var (middle, half) = ((sigmas[i] + sigmas[i + 1]) / 2, (sigmas[i + 1] - sigmas[i]) / 2);
        return half * (Lagrange(middle - half * s_node) + Lagrange(middle + half * s_node));

        double Lagrange(double at)
        {
            var product = 1.0;
            for (var other = 0; other < order; other++)
            {
                product *= other == age ? 1 : (at - sigmas[i - other]) / (sigmas[i - age] - sigmas[i - other]);
            }

            return product;
        }
    }
}
