using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

[Trait("Tier", "Recipe")]
public sealed class ImageToImageTests : IDisposable
{
    private static readonly string[] s_prompts = ["a photo of a red dog", "a photo of a blue car"];

    private readonly StableDiffusion _model = StableDiffusion.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model"));
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Strength_zero_is_the_picture_through_the_autoencoder_and_back()
    {
        var (options, picture) = (new GenerationOptions { Steps = 4, GuidanceScale = 3 }, Picture());
        var latents = _model.EncodePictures(picture, options);

        var drawn = Draw(options, new PictureStart(latents, 0.1));

        Close.Absolute(_model.Decode(latents)[0], drawn[0], 1e-4);
        Close.Absolute(drawn[0], drawn[1], 1e-4);
        Assert.InRange((drawn[0] - picture[0]).abs().mean().item<float>(), 0, 0.15);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SamplerKind.Ddpm)]
    public void Strength_one_is_drawing_from_noise_where_the_schedule_ends_at_zero_signal(SamplerKind? sampler)
    {
        var options = new GenerationOptions { Steps = 3, GuidanceScale = 3, Sampler = sampler };

        var drawn = Draw(options, new PictureStart(_model.EncodePictures(Picture(), options), 1));

        Close.Absolute(Draw(options, null), drawn, 1e-4);
    }

    [Theory]
    [InlineData("ddim")]
    [InlineData("dpm++2m")]
    [InlineData("euler-a")]
    [InlineData("unipc")]
    public void The_less_strength_the_more_of_the_picture_stays(string sampler)
    {
        var options = new GenerationOptions { Steps = 10, GuidanceScale = 3, Sampler = SamplerNames.Parse(sampler) };
        var latents = _model.EncodePictures(Picture(), options);
        double Distance(double strength) => (Draw(options, new PictureStart(latents, strength)) - _model.Decode(latents)).abs().mean().item<float>();

        // A model that obeys its prompt well makes much of the picture its own as soon as it may; one step of ten leaves most of it.
        var (little, some, much) = (Distance(0.1), Distance(0.5), Distance(0.9));

        Assert.InRange(little, 1e-4, much / 2);
        Assert.InRange(some, little, much);
    }

    [Fact]
    public void Each_picture_may_start_from_its_own_and_does_not_depend_on_the_batch()
    {
        var options = new GenerationOptions { Steps = 4, GuidanceScale = 3, BatchSize = 1 };
        var latents = cat([_model.EncodePictures(Picture(), options), _model.EncodePictures(-Picture(), options)]);

        var apart = Draw(options, new PictureStart(latents, 0.5));
        var together = Draw(options with { BatchSize = 2 }, new PictureStart(latents, 0.5));

        Close.Absolute(apart, together, 1e-3);
    }

    [Fact]
    public void Guidance_rescale_and_eta_reach_the_sampler()
    {
        var options = new GenerationOptions { Steps = 3, GuidanceScale = 6 };
        var plain = Draw(options, null);

        Assert.True(Close.MaxDifference(plain, Draw(options with { GuidanceRescale = 0.7 }, null)) > 1e-2);
        Assert.True(Close.MaxDifference(plain, Draw(options with { Eta = 1 }, null)) > 1e-2);
    }

    [Theory]
    [InlineData(104, 136)]
    [InlineData(72, 200)]
    public void Sizes_with_odd_numbers_of_latents_are_drawn_whole_or_in_tiles(int height, int width)
    {
        var options = new GenerationOptions { Steps = 2, GuidanceScale = 3, Height = height, Width = width };

        var drawn = Draw(options, null);
        var saving = Draw(options with { VaeSlicing = true, VaeTiling = true }, null);

        Assert.Equal([2, 3, height, width], drawn.shape);
        Assert.Equal(drawn.shape, saving.shape);
        Assert.True(drawn.isfinite().all().item<bool>());
        Assert.Equal([1, _model.Vae.Config.LatentChannels, height / 8, width / 8], _model.EncodePictures(drawn[..1], options).shape);
    }

    [Fact]
    public void Negative_prompts_longer_than_the_prompt_bring_it_to_their_length()
    {
        var options = new GenerationOptions { Steps = 1, GuidanceScale = 3, LongPrompts = true, NegativePrompt = string.Join(' ', Enumerable.Repeat("car", 100)) };

        Assert.True(Close.MaxDifference(Draw(options, null), Draw(options with { LongPrompts = false }, null)) > 0);
    }

    private static Tensor Picture()
    {
        var file = Directory.GetFiles(Path.Combine(Fixtures.Repository, "models", "lab", "subjects", "off-palette-dog", "references")).Order(StringComparer.Ordinal).First();
        return ImageTensor.FromImage(InitialPicture.Fit(Photo.Load(file).Image, 128, 128));
    }

    private Tensor Draw(GenerationOptions options, PictureStart? start) =>
        _model.Generate(s_prompts, seed: 3, options, start: start, cancellation: TestContext.Current.CancellationToken);
}
