using Diptych.Common;
using Diptych.Common.Diffusion;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class NoiseScheduleTests
{
    // Up to a thousand roundings of an fp32 product against values worked out in double precision.
    private const double FloatProduct = 1e-6;

    private static readonly SchedulerConfig s_stableDiffusion = new() { BetaStart = 0.00085, BetaEnd = 0.012, BetaSchedule = BetaSchedule.ScaledLinear };

    [Theory]
    [InlineData(0, .999150000)]
    [InlineData(1, .998296028)]
    [InlineData(100, .894223478)]
    [InlineData(250, .673792625)]
    [InlineData(500, .276332684)]
    [InlineData(750, .056169848)]
    [InlineData(999, .004660099)]
    public void The_scaled_linear_table_has_the_known_values(int timestep, double alpha)
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        Assert.Equal(alpha, schedule.AlphasCumprod[timestep].item<float>(), FloatProduct);
    }

    [Theory]
    [InlineData(0, .999150000)]
    [InlineData(500, .241018783)]
    [InlineData(999, 0)]
    public void Zero_terminal_snr_keeps_the_first_value_and_ends_at_zero(int timestep, double alpha)
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion with { RescaleBetasZeroSnr = true });
        Assert.Equal(alpha, schedule.AlphasCumprod[timestep].item<float>(), timestep == 999 ? 0 : FloatProduct);
    }

    [Theory]
    [InlineData(BetaSchedule.Linear, 0.0777967)]
    [InlineData(BetaSchedule.SquaredCosine, 0.4922852)]
    public void The_other_schedules_pass_through_their_own_middle(BetaSchedule betas, double alpha)
    {
        using var schedule = new NoiseSchedule(new() { BetaSchedule = betas });
        Assert.Equal(alpha, schedule.AlphasCumprod[500].item<float>(), FloatProduct);
    }

    [Fact]
    public void Noise_algebra_equals_the_reference() => CheckAlgebra(Fixtures.Golden("schedulers", "noise-algebra.safetensors"));

    [Fact]
    public void Noise_algebra_equals_the_shared_reference() => CheckAlgebra(Fixtures.Require("fixtures", "schedulers", "noise-algebra.safetensors"));

    [Theory]
    [InlineData(PredictionType.Epsilon, 0, .004254)]
    [InlineData(PredictionType.Epsilon, 100, .591443)]
    [InlineData(PredictionType.Epsilon, 147, 1)]
    [InlineData(PredictionType.VPrediction, 500, .276333)]
    [InlineData(PredictionType.VPrediction, 0, .00425)]
    [InlineData(PredictionType.Sample, 0, 5)]
    public void Min_snr_weights_have_the_known_values(PredictionType prediction, long timestep, double weight)
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion with { PredictionType = prediction });
        using var weights = schedule.MinSnrWeights(tensor(new[] { timestep }), 5);
        Assert.Equal(weight, weights.item<float>(), 1e-5);
    }

    [Fact]
    public void Min_snr_weights_stay_finite_where_no_signal_is_left()
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion with { RescaleBetasZeroSnr = true });
        using var weights = schedule.MinSnrWeights(tensor(new[] { 999L }), 5);
        Assert.Equal(1, weights.item<float>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_gamma_that_is_not_positive_is_refused(double gamma)
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        var error = Assert.Throws<DiptychException>(() => schedule.MinSnrWeights(tensor(new[] { 0L }), gamma));
        Assert.Contains("--snr-gamma", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_target_is_noise_velocity_or_sample_by_prediction_type()
    {
        using var scope = NewDisposeScope();
        var (x, eps, t) = (randn(2, 3), randn(2, 3), tensor(new[] { 10L, 700L }));
        Assert.Equal(0, Close.MaxDifference(eps, Target(PredictionType.Epsilon)));
        Assert.Equal(0, Close.MaxDifference(x, Target(PredictionType.Sample)));
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        Assert.Equal(0, Close.MaxDifference(schedule.Velocity(x, eps, t), Target(PredictionType.VPrediction)));

        Tensor Target(PredictionType prediction)
        {
            using var own = new NoiseSchedule(s_stableDiffusion with { PredictionType = prediction });
            return own.Target(x, eps, t);
        }
    }

    [Fact]
    public void A_target_outlives_the_tensor_it_was_made_from()
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        var eps = ones(1, 2);
        using var target = schedule.Target(zeros(1, 2), eps, tensor(new[] { 5L }));
        eps.Dispose();
        Assert.Equal(2, target.sum().item<float>());
    }

    [Fact]
    public void Half_precision_samples_take_half_precision_coefficients()
    {
        using var scope = NewDisposeScope();
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        var noised = schedule.AddNoise(ones(1, 1, dtype: ScalarType.Float16), zeros(1, 1, dtype: ScalarType.Float16), tensor(new[] { 500L }));
        Assert.Equal(ScalarType.Float16, noised.dtype);
        var expected = schedule.AlphasCumprod[500].to_type(ScalarType.Float16).sqrt();
        Assert.Equal(expected.to_type(ScalarType.Float32).item<float>(), noised.to_type(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void Tables_made_inside_a_scope_outlive_it()
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        for (var i = 0; i < 2; i++)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(1, schedule.AddNoise(ones(1, 1, dtype: ScalarType.Float64), zeros(1, 1), tensor(new[] { 0L })).item<double>(), 1e-3);
        }
    }

    [Fact]
    public void Noising_leaves_nothing_behind_but_its_result()
    {
        using var schedule = new NoiseSchedule(s_stableDiffusion with { PredictionType = PredictionType.VPrediction });
        using var scope = NewDisposeScope();
        var (x, eps, t) = (randn(2, 3), randn(2, 3), tensor(new[] { 10L, 700L }));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var draw = DiffusionDraw.Create(x, eps, t, schedule);
        var loss = DenoisingLoss.Weighted(draw.Noised, draw.Target, schedule.MinSnrWeights(t, 5));
        Assert.Equal(4, DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
        Assert.Equal(0, loss.dim());
    }

    private static void CheckAlgebra(string path)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        using var schedule = new NoiseSchedule(s_stableDiffusion);
        using var zeroSnr = new NoiseSchedule(s_stableDiffusion with { RescaleBetasZeroSnr = true });
        var (x, noise, t) = (file.Read("x"), file.Read("noise"), file.Read("timesteps"));
        Close.Absolute(file.Read("alphas_cumprod"), schedule.AlphasCumprod, 1e-7, "alphas_cumprod");
        // The reference's square roots are MKL's, whose last bit depends on the processor: with roots rounded as IEEE 754 says (a Cascade Lake) its own formula is 3.6e-7 away from what it gave on an AMD.
        Close.Absolute(file.Read("alphas_cumprod_zero_snr"), zeroSnr.AlphasCumprod, 4e-7, "alphas_cumprod_zero_snr");
        Close.Absolute(file.Read("noisy"), schedule.AddNoise(x, noise, t), 1e-6, "noisy");
        Close.Absolute(file.Read("velocity"), schedule.Velocity(x, noise, t), 1e-6, "velocity");
        Close.Absolute(ones(1000), schedule.SignalToNoise(arange(1000, ScalarType.Int64)) / file.Read("snr"), 1e-5, "snr");
    }
}
