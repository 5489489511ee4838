using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

/// <summary>Pictures drawn in lanes against the same drawn all at once.</summary>
public sealed class PictureLanesTests
{
    private static readonly string[] Prompts = ["a red dog on the beach", "a blue car", "a photo of a green house in the snow", "a dog", "a white lamp on a table"];

    [Theory]
    [InlineData(SamplerKind.Ddim, 4)]
    [InlineData(SamplerKind.EulerAncestral, 3)]
    [InlineData(SamplerKind.Ddim, 1)]
    public void Every_picture_is_the_one_it_is_without_lanes(SamplerKind sampler, double guidance)
    {
        using var scope = NewDisposeScope();
        using var sd = Load();
        var options = new GenerationOptions { Sampler = sampler, Steps = 3, GuidanceScale = guidance, BatchSize = Prompts.Length };
        var initial = stack([.. Prompts.Select((_, i) => sd.InitialLatents(3, i, options))]);
        var start = new PictureStart(initial.flip(0) / 2, .7);

        // Five pictures: one lane has two, the other three.
        Tensor Draw(bool inLanes)
        {
            var cores = get_num_threads();
            using var lanes = inLanes ? sd.LanesFor(Prompts.Length) : null;
            Assert.True(lanes is null || lanes.Count == Math.Min(2, cores));
            var latents = sd.Sample(Prompts, initial, options, samplerSeed: 9, firstPicture: 4);
            var started = sd.Sample(Prompts, initial, options, samplerSeed: 9, firstPicture: 4, start: start);
            return cat([sd.Decode(latents), sd.Decode(started)]);
        }

        Close.Absolute(Draw(inLanes: false), Draw(inLanes: true), 2e-3);
    }

    [Fact]
    public void The_first_lane_tells_of_every_step_and_an_interruption_stops_all()
    {
        using var scope = NewDisposeScope();
        using var sd = Load();
        var options = new GenerationOptions { Steps = 4, GuidanceScale = 1, BatchSize = Prompts.Length };
        List<(int, int)> told = [];
        sd.Generate(Prompts, seed: 1, options, progress: (done, of) => told.Add((done, of)), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 4)], told);

        using var stop = new CancellationTokenSource();
        var steps = 0;
        Assert.Throws<OperationCanceledException>(() => sd.Generate(Prompts, seed: 1, options with { Steps = 500 }, progress: (_, _) => steps = CountAndStop(steps), cancellation: stop.Token));
        Assert.Equal(1, steps);

        int CountAndStop(int before)
        {
            stop.Cancel();
            return before + 1;
        }
    }

    private static StableDiffusion Load() => StableDiffusion.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model"));
}
