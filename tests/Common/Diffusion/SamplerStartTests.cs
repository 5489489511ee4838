using Diptych.Common.Diffusion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class SamplerStartTests
{
    private const int Steps = 20;

    private static readonly SchedulerConfig s_config = new()
    {
        BetaStart = 0.00085, BetaEnd = 0.012, BetaSchedule = BetaSchedule.ScaledLinear, ClipSample = false, SkipPrkSteps = true, PredictionType = PredictionType.VPrediction,
        TimestepSpacing = TimestepSpacing.Trailing,
    };

    public static TheoryData<SamplerKind> Kinds => [.. Enum.GetValues<SamplerKind>()];

    [Theory]
    [InlineData(50, 0.8, 10)]
    [InlineData(50, 1, 0)]
    [InlineData(50, 0, 50)]
    [InlineData(10, 0.25, 8)]
    [InlineData(50, 0.58, 22)]
    [InlineData(3, 0.1, 3)]
    public void Strength_takes_its_share_of_the_steps_rounded_down_as_in_the_reference(int steps, double strength, int skipped) =>
        Assert.Equal(skipped, SamplerStart.StepsSkipped(steps, strength));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_first_question_shows_the_picture_noised_to_the_timestep_it_names(SamplerKind kind)
    {
        using var scope = NewDisposeScope();
        using var schedule = new NoiseSchedule(s_config);
        var (clean, noise, asked) = (full(1, 1, 2, 2, 0.7f), full(1, 1, 2, 2, -0.4f), new List<(double Timestep, double Value)>());

        Run(kind, clean, noise, 8, (sample, timestep) =>
        {
            asked.Add((timestep.item<float>(), sample[0, 0, 0, 0].item<float>()));
            return zeros_like(sample);
        });

        var (t, value) = asked[0];
        var expected = Sampler.Timesteps(kind, s_config, Steps);
        Assert.Equal(expected[kind == SamplerKind.Heun ? 16 : kind == SamplerKind.Pndm ? 9 : 8], t, 1e-3);
        Assert.Equal(Sampler.Timesteps(kind, s_config, Steps, 8), asked.Select(a => a.Timestep), (a, b) => Math.Abs(a - b) < 1e-3);
        var alpha = schedule.AlphasCumprod[(long)t].item<float>();
        Assert.Equal(Math.Sqrt(alpha) * 0.7 - Math.Sqrt(1 - alpha) * 0.4, value, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_that_knows_the_answer_is_followed_to_it_from_the_middle_too(SamplerKind kind)
    {
        using var scope = NewDisposeScope();
        var truth = tensor(new[] { 0.7f, -0.3f }).reshape(1, 2, 1, 1);
        using var schedule = new NoiseSchedule(s_config);

        var final = Run(kind, full(1, 2, 1, 1, 3f), randn(1, 2, 1, 1), 9, (sample, timestep) =>
        {
            var alpha = schedule.AlphasCumprod[timestep.to_type(ScalarType.Int64)];
            var noise = (sample - alpha.sqrt() * truth) / (1 - alpha).sqrt();
            return alpha.sqrt() * noise - (1 - alpha).sqrt() * truth;
        });

        // A picture that is not the truth is noise, too, to this network; what a sampler leaves of either is the first timestep's.
        Close.Absolute(truth, final, 0.15, SamplerNames.Of(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Skipping_every_step_returns_the_picture(SamplerKind kind)
    {
        using var scope = NewDisposeScope();
        var clean = randn(1, 2, 3, 3);

        var final = Run(kind, clean, randn(1, 2, 3, 3), Steps, (_, _) => throw new InvalidOperationException("nothing is to be asked"));

        Assert.Equal(0, Close.MaxDifference(clean, final));
        Assert.Empty(Sampler.Timesteps(kind, s_config, Steps, Steps));
    }

    [Fact]
    public void Skipping_no_step_of_a_schedule_that_ends_at_zero_signal_is_drawing_from_noise()
    {
        using var scope = NewDisposeScope();
        var config = s_config with { RescaleBetasZeroSnr = true };
        var (clean, noise) = (randn(1, 2, 3, 3), randn(1, 2, 3, 3));

        var alone = Sampler.Sample(SamplerKind.Ddim, config, 6, noise, ReferenceTrajectory.Predict);
        var over = Sampler.Sample(SamplerKind.Ddim, config, 6, noise, ReferenceTrajectory.Predict, start: new SamplerStart(clean, 0));

        Assert.Equal(0, Close.MaxDifference(alone, over));
    }

    [Theory]
    [InlineData(SamplerKind.Ddim)]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.EulerAncestral)]
    [InlineData(SamplerKind.Ddpm)]
    public void Samplers_without_memory_go_on_as_they_would_have_gone(SamplerKind kind)
    {
        using var scope = NewDisposeScope();
        var noises = Enumerable.Range(0, Steps).Select(_ => randn(1, 2, 3, 3)).ToArray();
        var (noise, samples) = (randn(1, 2, 3, 3), new List<Tensor>());
        var final = Sampler.Sample(
            kind, s_config, Steps, noise, ReferenceTrajectory.Predict, i => noises[i], observe: (_, sample) => samples.Add(sample.clone().DetachFromDisposeScope()), start: new SamplerStart(zeros(1, 2, 3, 3), 0));

        // From zeros, the first level is noise alone; a later level's deviation is found by asking for it.
        var unit = 0.0;
        Run(kind, zeros(1, 2, 3, 3), ones(1, 2, 3, 3), 7, (sample, _) => zeros_like(sample), i => noises[i], (i, deviation) => unit = i == 7 ? deviation : unit);
        var later = Sampler.Sample(kind, s_config, Steps, samples[6] / unit, ReferenceTrajectory.Predict, i => noises[i], start: new SamplerStart(zeros(1, 2, 3, 3), 7));

        Close.Absolute(final, later, 1e-4, SamplerNames.Of(kind));
        samples.ForEach(sample => sample.Dispose());
    }

    [Fact]
    public void Progress_counts_the_calls_that_are_made()
    {
        using var scope = NewDisposeScope();
        var told = new List<(int, int)>();

        Sampler.Sample(SamplerKind.Heun, s_config, 5, zeros(1, 1, 2, 2), ReferenceTrajectory.Predict, progress: (done, all) => told.Add((done, all)), start: new SamplerStart(zeros(1, 1, 2, 2), 3));

        Assert.Equal([(1, 3), (2, 3), (3, 3)], told);
    }

    private static Tensor Run(SamplerKind kind, Tensor clean, Tensor noise, int skipped, Denoiser predict, Func<int, Tensor>? draws = null, Action<int, double>? entry = null)
    {
        // The sample a sampler keeps is what its network sees over the share of signal at that level.
        using var schedule = new NoiseSchedule(s_config);
        var first = true;
        return Sampler.Sample(
            kind, s_config, Steps, noise,
            (sample, timestep) =>
            {
                if (first)
                {
                    first = false;
                    var alpha = schedule.AlphasCumprod[(long)timestep.item<float>()].item<float>();
                    var grows = kind is SamplerKind.Euler or SamplerKind.EulerAncestral;
                    entry?.Invoke(skipped, sample.flatten()[0].item<float>() / (grows ? Math.Sqrt(alpha) : 1));
                }

                return predict(sample, timestep);
            },
            draws ?? (_ => randn(noise.shape)), start: new SamplerStart(clean, skipped));
    }
}
