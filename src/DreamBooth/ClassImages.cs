using System.Globalization;
using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>
/// Pictures of the class, drawn once by the untouched model (the paper's x_pr). A manifest beside them says what made them, so that pictures of another
/// prompt, model or seed are refused instead of reused. A folder of photos without a manifest is taken as it is: the user's own class images.
/// </summary>
public static class ClassImages
{
    /// <summary>Draws what is missing of <see cref="DreamBoothOptions.NumClassImages"/> and loads them all.</summary>
    /// <param name="sd">The untouched model.</param>
    /// <param name="options">The class prompt and how many.</param>
    /// <param name="folder">Where they are kept.</param>
    /// <param name="generation">How they are drawn.</param>
    /// <param name="progress">Told how many are there and how many there will be.</param>
    /// <param name="cancellation">Stops between two steps; whole batches stay.</param>
    /// <exception cref="DiptychException">The folder holds pictures of another recipe, too few photos of the user's own, or cannot be written.</exception>
    public static PhotoSet Ensure(
        StableDiffusion sd, DreamBoothOptions options, string folder, GenerationOptions generation, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(generation);
        if (string.IsNullOrWhiteSpace(options.ClassPrompt))
        {
            throw new DiptychException("--with-prior-preservation needs --class-prompt: give the instance prompt without its identifier, such as \"a photo of dog\".");
        }

        var recipe = Recipe(sd, options, generation);
        var manifest = ImageManifest.Read(folder);
        if (manifest is null && HoldsFiles(folder))
        {
            return OwnPhotos(folder, options.NumClassImages);
        }

        // One without pictures was left by a run that was stopped while it wrote its first ones, and says nothing about any.
        if (manifest is { Files.Count: > 0 } && manifest.Matches(recipe, folder) is { } reason)
        {
            throw new DiptychException($"{folder}: its class images were not made for this run ({reason}): delete the folder, or choose another --class-data-dir.");
        }

        var names = manifest?.Files.Select(f => f.Name).ToList() ?? [];
        using var kept = KeptForDrawing.Of(sd);
        while (names.Count < options.NumClassImages)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(names.Count, options.NumClassImages);
            var pictures = DrawBatch(sd, options, generation, names.Count, cancellation);
            if (names.Count == 0)
            {
                // Before the first picture: without it, those of a run that is killed now would be taken for the user's own.
                ImageManifest.Of(folder, recipe, names).Write(folder);
            }

            names.AddRange(WriteBatch(folder, pictures, names.Count));
            ImageManifest.Of(folder, recipe, names).Write(folder);
        }

        progress?.Invoke(options.NumClassImages, options.NumClassImages);
        return new PhotoSet([.. names.Take(options.NumClassImages).Select(n => Photo.Load(Path.Combine(folder, n)))], []);
    }

    // Files of the user's own, that is: hidden ones are the file system's, or left by a write that was cut off.
    private static bool HoldsFiles(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any(file => !Path.GetFileName(file).StartsWith('.'));

    private static IReadOnlyList<RgbImage> DrawBatch(StableDiffusion sd, DreamBoothOptions options, GenerationOptions generation, int first, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var count = Math.Min(generation.BatchSize, options.NumClassImages - first);
        var latents = stack(Enumerable.Range(first, count).Select(i => ClassLatents(sd, options, generation, i)).ToArray());
        return ImageTensor.ToImages(sd.Generate([.. Enumerable.Repeat(options.ClassPrompt!, count)], latents, generation, options.Training.Seed, first, cancellation: cancellation));
    }

    private static List<string> WriteBatch(string folder, IReadOnlyList<RgbImage> pictures, int first)
    {
        var names = new List<string>();
        foreach (var picture in pictures)
        {
            names.Add((first + names.Count).ToString("D4", CultureInfo.InvariantCulture) + ".png");
            PictureFile.WritePng(Path.Combine(folder, names[^1]), picture);
        }

        return names;
    }

    // Their own purpose: the class must not be held to the very noise the comparison later draws from.
    private static Tensor ClassLatents(StableDiffusion sd, DreamBoothOptions options, GenerationOptions generation, int picture)
    {
        using var like = sd.InitialLatents(0, 0, generation);
        return new RandomStream(options.Training.Seed, RandomPurpose.ClassImages, picture).Normal(like.shape);
    }

    private static PhotoSet OwnPhotos(string folder, int wanted)
    {
        var photos = PhotoFolder.LoadAll(folder);
        return photos.Photos.Count >= wanted
            ? photos with { Photos = [.. photos.Photos.Take(wanted)] }
            : throw new DiptychException($"{folder} holds {photos.Photos.Count} class images of your own and --num-class-images asks for {wanted}: add photos, ask for fewer, or choose an empty --class-data-dir to have them drawn.");
    }

    private static ImageRecipe Recipe(StableDiffusion sd, DreamBoothOptions options, GenerationOptions generation) => new(
        options.ClassPrompt!,
        generation.NegativePrompt ?? "",
        sd.Source.Hash(),
        options.Training.Seed,
        SamplerNames.Of(generation.Sampler ?? sd.Scheduler.Sampler),
        generation.Steps,
        generation.GuidanceScale,
        generation.Width ?? sd.PictureSize,
        generation.Height ?? sd.PictureSize);
}
