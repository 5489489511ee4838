using Diptych.Common;
using Diptych.Common.Diffusion;

namespace Diptych.Tests.Common.Diffusion;

public sealed class SamplerOverridesTests
{
    private static readonly SchedulerConfig s_file = SchedulerConfig.Parse("a/scheduler_config.json", """{ "beta_start": 0.00085, "use_karras_sigmas": true }""", "DPMSolverMultistepScheduler");

    [Fact]
    public void Nothing_asked_for_changes_nothing() => Assert.Equal(s_file, new SamplerOverrides().Apply(s_file));

    [Fact]
    public void What_is_asked_for_goes_before_the_file_and_before_the_samplers_own_defaults()
    {
        // Leading is what another sampler's file would hold unsaid, and must survive being said.
        var asked = new SamplerOverrides
        {
            Sampler = SamplerKind.UniPc, TimestepSpacing = TimestepSpacing.Leading, PredictionType = PredictionType.VPrediction, RescaleBetasZeroSnr = true, Karras = false,
        }.Apply(SchedulerConfig.Parse("x", """{ "use_karras_sigmas": true }""", "DDIMScheduler"));

        Assert.Equal(
            (SamplerKind.UniPc, TimestepSpacing.Leading, PredictionType.VPrediction, true, false),
            (asked.Sampler, asked.TimestepSpacing, asked.PredictionType, asked.RescaleBetasZeroSnr, asked.UseKarrasSigmas));
        Assert.Equal(TimestepSpacing.Leading, asked.For(asked.Sampler).TimestepSpacing);
    }

    [Theory]
    [InlineData(SamplerKind.Ddim, "--karras", "euler")]
    [InlineData(SamplerKind.EulerAncestral, "--karras", "dpm++2m")]
    [InlineData(SamplerKind.Euler, "--eta", "ddim")]
    [InlineData(SamplerKind.Lcm, "--timestep-spacing", "ddim")]
    public void What_a_sampler_does_not_know_is_refused_with_those_that_do(SamplerKind kind, string option, string other)
    {
        var asked = option switch
        {
            "--karras" => new SamplerOverrides { Sampler = kind, Karras = true },
            "--eta" => new SamplerOverrides { Sampler = kind, Eta = 0.5 },
            _ => new SamplerOverrides { Sampler = kind, TimestepSpacing = TimestepSpacing.Trailing },
        };

        var error = Assert.Throws<DiptychException>(() => asked.Apply(s_file));

        Assert.StartsWith(option, error.Message, StringComparison.Ordinal);
        Assert.Contains(SamplerNames.Of(kind), error.Message, StringComparison.Ordinal);
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
    }
}
