using Diptych.Cli.Options;
using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using static TorchSharp.torch;

namespace Diptych.Cli.Runs;

/// <summary>What a command line asks of <c>generate</c>, settled once the model is there: every value that does not fit it is found before anything is drawn.</summary>
internal static class GenerationPlan
{
    /// <summary>The options with the model's sampler settings as changed and the size of what is drawn.</summary>
    /// <exception cref="UsageException">A value does not fit the model, or the others.</exception>
    public static GenerationOptions Settle(StableDiffusion model, GenerationOptions options, SamplerOverrides changes, (RgbImage Picture, double Strength)? start) => Ranges.AsUsage(() =>
    {
        var settled = options with { Scheduler = changes.Apply(model.Scheduler) };
        if (start is { } given)
        {
            var (height, width) = InitialPicture.SizeFor(given.Picture, model.PictureSize, model.Vae.Config.DownscaleFactor, options.Height, options.Width);
            settled = settled with { Height = height, Width = width };
        }

        model.LatentSize(settled);
        Sampler.Timesteps(settled.Scheduler.Sampler, settled.Scheduler, settled.Steps);
        return settled;
    });

    /// <summary>Says what is not as one might think: a prompt that is cut, a sampler in another's place. A prompt that cannot be read is refused here.</summary>
    /// <exception cref="UsageException">A prompt's brackets do not pair up, or a learned word is cut off.</exception>
    public static void Announce(TextWriter error, StableDiffusion model, GenerationOptions options, string prompt, SamplerOverrides changes)
    {
        var reader = Ranges.AsUsage(() => new PromptReader(model.Text, options));
        var room = model.Tokenizer.MaxLength;
        foreach (var (name, text) in new[] { ("prompt", prompt), ("negative prompt", options.NegativePrompt ?? "") })
        {
            Ranges.AsUsage(() => reader.Chunks(text));
            if (!options.LongPrompts && reader.Length(text) is var length && length > room)
            {
                error.WriteLine($"the {name} is {length} tokens long and the model reads {room}: its end is dropped (--long-prompts reads all of it)");
            }
        }

        if (changes.Sampler is null && model.Scheduler.NamedClass is { } named)
        {
            error.WriteLine($"{named}, which the model names, is not built here: {SamplerNames.Of(model.Scheduler.Sampler)} samples in its place (--sampler chooses another)");
        }
    }

    /// <summary>The scaled latents of the picture to start from, [1, C, h, w].</summary>
    public static Tensor Encode(StableDiffusion model, GenerationOptions options, RgbImage picture)
    {
        var (height, width) = model.LatentSize(options);
        var factor = model.Vae.Config.DownscaleFactor;
        using var pixels = ImageTensor.FromImage(InitialPicture.Fit(picture, height * factor, width * factor));
        return model.EncodePictures(pixels, options);
    }
}
