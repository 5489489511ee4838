using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Comparison.Arms;

/// <summary>
/// Draws pictures into the run folder, once each: what is there already is not drawn again, so an interrupted comparison goes on where it stopped.
/// Unit i starts from the same latents for every arm and family.
/// </summary>
internal sealed class PictureStore(string runFolder, long seed, GenerationOptions generation)
{
    /// <summary>File of a picture, relative to the run folder.</summary>
    public static string FileOf(string weights, string prompt, int unit) =>
        $"images/{weights}/{Slug(prompt)}-{unit.ToString("D2", CultureInfo.InvariantCulture)}.png";

    /// <summary>Draws what is missing.</summary>
    public void Draw(StableDiffusion sd, string weights, IEnumerable<(string Prompt, int Unit)> wanted, Action<int> drawn, CancellationToken cancellation)
    {
        var missing = wanted.Distinct().Where(w => !File.Exists(PathOf(weights, w.Prompt, w.Unit))).ToList();
        var atOnce = sd.FastestBatch(generation);
        using var kept = KeptForDrawing.Of(sd);
        foreach (var batch in missing.Chunk(atOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var latents = stack(batch.Select(w => sd.InitialLatents(seed, w.Unit, generation)).ToArray());
            var pictures = ImageTensor.ToImages(sd.Generate([.. batch.Select(w => w.Prompt)], latents, generation with { BatchSize = atOnce }, seed, cancellation: cancellation));
            // Packing a picture takes a hundredth of a second, and there is nothing else for the other cores to do meanwhile.
            BriefThreads.ForEach([.. batch.Zip(pictures)], Environment.ProcessorCount, drawing => PictureFile.WritePng(PathOf(weights, drawing.First.Prompt, drawing.First.Unit), drawing.Second));
            drawn(batch.Length);
        }
    }

    /// <summary>Reads a picture back as it was written: judged pictures are 8-bit, drawn just now or in an earlier part of the run.</summary>
    public RgbImage Read(string weights, string prompt, int unit) => Photo.Load(PathOf(weights, prompt, unit)).Image;

    private string PathOf(string weights, string prompt, int unit) => Path.Combine(runFolder, FileOf(weights, prompt, unit));

    // Readable, and unlike for unlike prompts: letters and digits of the prompt, and a few of its hash.
    private static string Slug(string prompt)
    {
        var words = new StringBuilder();
        foreach (var c in prompt.ToLowerInvariant())
        {
            words.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prompt)))[..6];
        var readable = string.Join('-', words.ToString().Split('-', StringSplitOptions.RemoveEmptyEntries));
        return $"{readable[..Math.Min(readable.Length, 60)]}-{hash}";
    }
}
