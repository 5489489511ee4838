using Diptych.Common;
using Diptych.Common.Diffusion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class PndmSamplerTests
{
    private static readonly SchedulerConfig s_config = new()
    {
        Source = "a/scheduler_config.json", Sampler = SamplerKind.Pndm, BetaStart = 0.00085, BetaEnd = 0.012, BetaSchedule = BetaSchedule.ScaledLinear, SetAlphaToOne = false, StepsOffset = 1,
    };

    // From the reference's own formulas in double precision, six steps from a sample of 0.9 under the network of the trajectories.
    public static TheoryData<PredictionType, double[]> Started => new()
    {
        { PredictionType.Epsilon, [1.064345, 1.012571, 1.151554, 1.154255, 1.277004, 1.278554, 1.401376, 1.409701, 1.54211, 1.570151, 1.716607, 1.713552, 2.002746, 2.037009, 2.031779] },
        { PredictionType.VPrediction, [0.8602174, 0.8552415, 0.7944321, 0.7952046, 0.7267934, 0.7302817, 0.6473279, 0.6500666, 0.5835179, 0.5984119, 0.5306267, 0.5303691, 0.4429651, 0.187546, 0.1870395] },
    };

    [Theory]
    [MemberData(nameof(Started))]
    public void Three_Runge_Kutta_steps_start_the_multistep_where_they_are_not_skipped(PredictionType prediction, double[] expected)
    {
        var config = s_config with { PredictionType = prediction };
        Assert.Equal([831, 748, 748, 665, 665, 582, 582, 499, 499, 416, 416, 333, 333, 167, 1], Sampler.Timesteps(SamplerKind.Pndm, config, 6));
        var samples = new List<double>();
        using var initial = full(1, 1, 0.9f);
        Sampler.Sample(SamplerKind.Pndm, config, 6, initial, ReferenceTrajectory.Predict, observe: (_, sample) => samples.Add(sample.item<float>())).Dispose();
        Assert.Equal(expected.Length, samples.Count);
        Assert.All(expected.Zip(samples), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Too_few_steps_for_a_Runge_Kutta_start_are_refused() => Refuses(s_config, 3, "skip_prk_steps");

    [Fact]
    public void Predictions_of_the_sample_are_refused() => Refuses(s_config with { PredictionType = PredictionType.Sample }, 6, "prediction_type");

    [Fact]
    public void A_start_from_pure_noise_is_refused() =>
        Refuses(s_config with { SkipPrkSteps = true, PredictionType = PredictionType.VPrediction, RescaleBetasZeroSnr = true, TimestepSpacing = TimestepSpacing.Trailing, StepsOffset = 0 }, 6, "rescale_betas_zero_snr");

    private static void Refuses(SchedulerConfig config, int steps, string key)
    {
        using var initial = ones(1, 1);
        var error = Assert.Throws<DiptychException>(() => Sampler.Sample(SamplerKind.Pndm, config, steps, initial, ReferenceTrajectory.Predict));
        Assert.Contains("a/scheduler_config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }
}
