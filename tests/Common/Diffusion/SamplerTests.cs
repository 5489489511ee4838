using Diptych.Common;
using Diptych.Common.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class SamplerTests
{
    private static readonly SchedulerConfig s_config = new()
    {
        BetaStart = 0.00085, BetaEnd = 0.012, BetaSchedule = BetaSchedule.ScaledLinear, ClipSample = false, SkipPrkSteps = true, PredictionType = PredictionType.VPrediction,
    };

    public static TheoryData<SamplerKind> Kinds => [.. Enum.GetValues<SamplerKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sampling_leaves_one_tensor_and_the_initial_noise_untouched(SamplerKind kind)
    {
        using var initial = ones(1, 2, 3, 3);
        Run(kind, initial, 5).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var final = Run(kind, initial, 12);
        Assert.Equal(1, DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
        Assert.Equal(18, initial.sum().item<float>());
        Assert.False(final.isnan().any().item<bool>());
        final.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_longer_run_holds_no_more_tensors_than_a_shorter_one(SamplerKind kind)
    {
        // Latent consistency models were distilled on fifty steps and take no more.
        Assert.Equal(Live(kind, 10), Live(kind, kind == SamplerKind.Lcm ? 50 : 200));

        static long Live(SamplerKind kind, int steps)
        {
            using var scope = NewDisposeScope();
            var (initial, last) = (ones(1, 2, 3, 3), 0L);
            Sampler.Sample(kind, s_config, steps, initial, ReferenceTrajectory.Predict, _ => randn(1, 2, 3, 3), progress: (_, _) => last = DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            return last - DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_that_knows_the_answer_is_followed_to_it(SamplerKind kind)
    {
        using var scope = NewDisposeScope();
        var truth = tensor(new[] { 0.7f, -0.3f }).reshape(1, 2, 1, 1);
        using var schedule = new NoiseSchedule(s_config);
        var final = Sampler.Sample(kind, s_config with { SetAlphaToOne = true }, 25, randn(1, 2, 1, 1), Oracle, _ => randn(1, 2, 1, 1));

        // Samplers that stop at the first timestep leave its noise (0.03) in the sample.
        Close.Absolute(truth, final, 0.15, SamplerNames.Of(kind));

        Tensor Oracle(Tensor sample, Tensor timestep)
        {
            var alpha = schedule.AlphasCumprod[timestep.to_type(ScalarType.Int64)];
            var noise = (sample - alpha.sqrt() * truth) / (1 - alpha).sqrt();
            return alpha.sqrt() * noise - (1 - alpha).sqrt() * truth;
        }
    }

    [Fact]
    public void Progress_counts_every_call_of_the_network()
    {
        var told = new List<(int, int)>();
        using var initial = ones(1, 1, 2, 2);
        Sampler.Sample(SamplerKind.Pndm, s_config, 3, initial, ReferenceTrajectory.Predict, progress: (done, all) => told.Add((done, all))).Dispose();
        Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 4)], told);
    }

    [Fact]
    public void Gradients_are_off_while_sampling_and_on_again_afterwards()
    {
        using var initial = ones(1, 1, 2, 2, requires_grad: true);
        using var final = Run(SamplerKind.Ddim, initial, 3);
        Assert.False(final.requires_grad);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void A_sampler_that_draws_noise_asks_for_a_source()
    {
        using var initial = ones(1, 1, 2, 2);
        var error = Assert.Throws<InvalidOperationException>(() => Sampler.Sample(SamplerKind.Ddpm, s_config, 3, initial, ReferenceTrajectory.Predict));
        Assert.Contains("ddpm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clipping_bounds_the_clean_sample()
    {
        using var initial = 30 * ones(1, 1, 2, 2);
        using var final = Sampler.Sample(SamplerKind.Ddim, s_config with { ClipSample = true, ClipSampleRange = 0.5, SetAlphaToOne = true }, 4, initial, ReferenceTrajectory.Predict);
        Assert.Equal(0.5, final.max().item<float>(), 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void Impossible_numbers_of_steps_are_refused(int steps)
    {
        using var initial = ones(1, 1, 2, 2);
        var error = Assert.Throws<DiptychException>(() => Run(SamplerKind.Ddim, initial, steps));
        Assert.Contains(steps.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_of_the_noise_from_no_signal_leaves_finite_samples()
    {
        using var scope = NewDisposeScope();
        var config = s_config with { RescaleBetasZeroSnr = true, TimestepSpacing = TimestepSpacing.Trailing };
        var final = Sampler.Sample(SamplerKind.Ddim, config, 7, randn(1, 1, 4, 4), ReferenceTrajectory.Predict, _ => randn(1, 1, 4, 4), eta: 1);
        Assert.True(final.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData(PredictionType.Epsilon)]
    [InlineData(PredictionType.VPrediction)]
    [InlineData(PredictionType.Sample)]
    public void Every_prediction_type_leads_every_sampler_to_the_same_picture(PredictionType prediction)
    {
        using var scope = NewDisposeScope();
        var truth = tensor(new[] { 0.7f, -0.3f }).reshape(1, 2, 1, 1);
        using var schedule = new NoiseSchedule(s_config);
        foreach (var (kind, spacing) in Enum.GetValues<SamplerKind>().SelectMany(kind => Enum.GetValues<TimestepSpacing>().Select(spacing => (kind, spacing))))
        {
            if (kind == SamplerKind.Pndm && prediction == PredictionType.Sample)
            {
                continue;
            }

            var config = s_config.For(kind) with { PredictionType = prediction, TimestepSpacing = spacing, SetAlphaToOne = true };
            var final = Sampler.Sample(kind, config, 25, randn(1, 2, 1, 1), Oracle, _ => randn(1, 2, 1, 1));
            Close.Absolute(truth, final, 0.2, $"{SamplerNames.Of(kind)}, {spacing}");
        }

        Tensor Oracle(Tensor sample, Tensor timestep)
        {
            var alpha = schedule.AlphasCumprod[timestep.to_type(ScalarType.Int64)];
            var noise = (sample - alpha.sqrt() * truth) / (1 - alpha).sqrt();
            return prediction switch
            {
                PredictionType.Epsilon => noise,
                PredictionType.Sample => truth,
                _ => alpha.sqrt() * noise - (1 - alpha).sqrt() * truth,
            };
        }
    }

    [Fact]
    public void An_offset_beyond_the_last_timestep_is_refused() =>
        Assert.Contains("timestep_spacing", Assert.Throws<DiptychException>(() => Sampler.Timesteps(SamplerKind.Ddim, s_config with { StepsOffset = 1 }, 1000)).Message, StringComparison.Ordinal);

    [Fact]
    public void One_step_is_enough_for_every_sampler()
    {
        using var initial = ones(1, 1, 2, 2);
        foreach (var kind in Enum.GetValues<SamplerKind>())
        {
            using var final = Run(kind, initial, 1);
            Assert.True(final.isfinite().all().item<bool>(), SamplerNames.Of(kind));
        }
    }

    [Fact]
    public void Predicting_noise_from_no_signal_is_refused()
    {
        var config = s_config with { PredictionType = PredictionType.Epsilon, RescaleBetasZeroSnr = true, TimestepSpacing = TimestepSpacing.Trailing };
        using var initial = ones(1, 1, 2, 2);
        var error = Assert.Throws<DiptychException>(() => Sampler.Sample(SamplerKind.Ddim, config, 3, initial, ReferenceTrajectory.Predict));
        Assert.Contains("prediction_type", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Run(SamplerKind kind, Tensor initial, int steps) =>
        Sampler.Sample(kind, s_config, steps, initial, ReferenceTrajectory.Predict, _ => randn(initial.shape));
}
