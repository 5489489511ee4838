using Diptych.Common;
using Diptych.Common.Diffusion;

namespace Diptych.Tests.Common.Diffusion;

public sealed class SchedulerConfigTests
{
    [Fact]
    public void A_file_as_published_reads_in_full()
    {
        var config = SchedulerConfig.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "scheduler", "scheduler_config.json"));
        Assert.Equal("DDIMScheduler", config.ClassName);
        Assert.Equal(SamplerKind.Ddim, config.Sampler);
        Assert.Equal((1000, 0.00085, 0.012, BetaSchedule.ScaledLinear), (config.TrainTimesteps, config.BetaStart, config.BetaEnd, config.BetaSchedule));
        Assert.Equal((PredictionType.VPrediction, TimestepSpacing.Trailing, true), (config.PredictionType, config.TimestepSpacing, config.RescaleBetasZeroSnr));
        Assert.False(config.ClipSample);
        Assert.True(config.SetAlphaToOne);
    }

    [Theory]
    [InlineData("ddim", TimestepSpacing.Leading, true, true)]
    [InlineData("ddpm", TimestepSpacing.Leading, true, true)]
    [InlineData("pndm", TimestepSpacing.Leading, false, false)]
    [InlineData("dpm++2m", TimestepSpacing.Linspace, true, false)]
    public void Missing_keys_take_the_defaults_of_the_class(string name, TimestepSpacing spacing, bool setAlphaToOne, bool clipSample)
    {
        var config = Parse("{}", SamplerNames.ClassOf(SamplerNames.Parse(name)));
        Assert.Equal((spacing, setAlphaToOne, clipSample), (config.TimestepSpacing, config.SetAlphaToOne, config.ClipSample));
        Assert.Equal((1000, 0.0001, 0.02, BetaSchedule.Linear), (config.TrainTimesteps, config.BetaStart, config.BetaEnd, config.BetaSchedule));
        Assert.Equal((PredictionType.Epsilon, 0, false, 2, true), (config.PredictionType, config.StepsOffset, config.SkipPrkSteps, config.SolverOrder, config.LowerOrderFinal));
    }

    [Fact]
    public void Another_sampler_keeps_what_the_file_gives_and_defaults_the_rest()
    {
        var config = Parse("""{ "beta_start": 0.00085, "timestep_spacing": "leading", "clip_sample": true, "_use_default_values": ["clip_sample"] }""");
        var other = config.For(SamplerKind.DpmSolverPlusPlus);
        Assert.Equal("DPMSolverMultistepScheduler", other.ClassName);
        Assert.Equal((0.00085, TimestepSpacing.Leading, false), (other.BetaStart, other.TimestepSpacing, other.ClipSample));
        Assert.Equal(TimestepSpacing.Linspace, Parse("{}").For(SamplerKind.DpmSolverPlusPlus).TimestepSpacing);
    }

    [Fact]
    public void Another_sampler_keeps_what_code_changed()
    {
        var config = Parse("{}") with { TimestepSpacing = TimestepSpacing.Trailing };
        Assert.Equal(TimestepSpacing.Trailing, config.For(SamplerKind.DpmSolverPlusPlus).TimestepSpacing);
    }

    [Fact]
    public void The_bare_infinity_that_Python_writes_is_understood()
    {
        Assert.Equal(double.NegativeInfinity, Parse("""{ "lambda_min_clipped": -Infinity, "solver_order": 3 }""", "DPMSolverMultistepScheduler").LambdaMinClipped);
        Assert.Equal(-5.1, Parse("""{ "lambda_min_clipped": -5.1 }""", "DPMSolverMultistepScheduler").LambdaMinClipped);
        Assert.Equal(3, Parse("{ \"lambda_min_clipped\": -Infinity\n, \"solver_order\": 3 }", "DPMSolverMultistepScheduler").SolverOrder);
    }

    [Fact]
    public void The_stochastic_solver_is_known_by_its_algorithm() =>
        Assert.Equal(SamplerKind.DpmSolverPlusPlusSde, Parse("""{ "algorithm_type": "sde-dpmsolver++" }""", "DPMSolverMultistepScheduler").Sampler);

    [Theory]
    [InlineData("DEISMultistepScheduler", "deis", SamplerKind.DpmSolverPlusPlus)]
    [InlineData("DPMSolverSinglestepScheduler", "dpmsolver++", SamplerKind.DpmSolverPlusPlus)]
    [InlineData("DPMSolverSDEScheduler", "", SamplerKind.DpmSolverPlusPlusSde)]
    [InlineData("KDPM2DiscreteScheduler", "", SamplerKind.Heun)]
    [InlineData("KDPM2AncestralDiscreteScheduler", "", SamplerKind.EulerAncestral)]
    [InlineData("DDIMParallelScheduler", "", SamplerKind.Ddim)]
    [InlineData("DDPMParallelScheduler", "", SamplerKind.Ddpm)]
    public void A_class_that_is_not_built_here_is_read_as_its_nearest_and_remembered(string className, string algorithm, SamplerKind nearest)
    {
        var config = Parse(algorithm.Length > 0 ? $$"""{ "algorithm_type": "{{algorithm}}", "solver_type": "logrho" }""" : "{}", className);

        Assert.Equal((nearest, className), (config.Sampler, config.NamedClass));
        Assert.Null(Parse("{}").NamedClass);
    }

    [Fact]
    public void Euler_ancestral_does_not_read_the_noise_levels_of_another_samplers_file()
    {
        var config = Parse("""{ "use_karras_sigmas": true }""", "DPMSolverMultistepScheduler");

        Assert.Equal(Sampler.Timesteps(SamplerKind.EulerAncestral, Parse("{}"), 7), Sampler.Timesteps(SamplerKind.EulerAncestral, config, 7));
        Assert.NotEqual(Sampler.Timesteps(SamplerKind.Euler, Parse("{}"), 7), Sampler.Timesteps(SamplerKind.Euler, config, 7));
    }

    [Theory]
    [InlineData("""{ "_class_name": "FlowMatchEulerDiscreteScheduler" }""", "_class_name", "FlowMatchEulerDiscreteScheduler")]
    [InlineData("""{ "beta_schedule": "sigmoid" }""", "beta_schedule", "sigmoid")]
    [InlineData("""{ "prediction_type": "flow_prediction" }""", "prediction_type", "flow_prediction")]
    [InlineData("""{ "timestep_spacing": "karras" }""", "timestep_spacing", "karras")]
    [InlineData("""{ "trained_betas": [0.1] }""", "trained_betas", "0.1")]
    [InlineData("""{ "sigma_max": 3 }""", "sigma_max", "3")]
    [InlineData("""{ "timestep_type": "continuous" }""", "timestep_type", "continuous")]
    [InlineData("""{ "interpolation_type": "log_linear" }""", "interpolation_type", "log_linear")]
    [InlineData("""{ "predict_x0": false }""", "predict_x0", "false")]
    [InlineData("""{ "disable_corrector": [0] }""", "disable_corrector", "[0]")]
    [InlineData("""{ "solver_type": "rk4" }""", "solver_type", "rk4")]
    [InlineData("""{ "original_inference_steps": 0 }""", "original_inference_steps", "0")]
    [InlineData("""{ "thresholding": true }""", "thresholding", "true")]
    [InlineData("""{ "use_beta_sigmas": true }""", "use_beta_sigmas", "true")]
    [InlineData("""{ "variance_type": "learned_range" }""", "variance_type", "learned_range")]
    [InlineData("""{ "solver_order": 4 }""", "solver_order", "4")]
    [InlineData("""{ "beta_end": 1.5 }""", "beta_end", "1.5")]
    [InlineData("""{ "beta_start": 0 }""", "beta_start", "0")]
    [InlineData("""{ "num_train_timesteps": 1 }""", "num_train_timesteps", "1")]
    [InlineData("""{ "steps_offset": -1 }""", "steps_offset", "-1")]
    [InlineData("""{ "clip_sample_range": 0 }""", "clip_sample_range", "0")]
    [InlineData("""{ "final_sigmas_type": "half" }""", "final_sigmas_type", "half")]
    [InlineData("""{ "prediction_type": 3 }""", "prediction_type", "3")]
    public void What_is_not_supported_is_refused_with_file_key_and_value(string json, string key, string value)
    {
        var error = Assert.Throws<DiptychException>(() => Parse(json, json.Contains("_class_name", StringComparison.Ordinal) ? null : "DDIMScheduler"));
        Assert.Contains("a/scheduler_config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nowhere/scheduler_config.json", Assert.Throws<DiptychException>(() => SchedulerConfig.Load("nowhere/scheduler_config.json")).Message, StringComparison.Ordinal);

    private static SchedulerConfig Parse(string json, string? className = "DDIMScheduler") => SchedulerConfig.Parse("a/scheduler_config.json", json, className);
}
