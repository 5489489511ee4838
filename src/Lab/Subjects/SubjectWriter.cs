using System.Text.Json;
using Diptych.Common.Data;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using Diptych.Lab.World;

namespace Diptych.Lab.Subjects;

/// <summary>Draws a subject's folder: references to train on, held-out pictures to measure with, a mask of each, and the truth.</summary>
public static class SubjectWriter
{
    // What somebody would photograph: few places, all of them ordinary.
    private static readonly (string Scene, string Layout)[] References = [("studio", "centre"), ("beach", "left"), ("meadow", "right"), ("studio", "close"), ("beach", "centre")];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes <c>references/</c> (5 pictures), <c>held-out/</c> (every scene as often as it comes) and <c>subject.json</c>.</summary>
    /// <param name="folder">Where to; created if need be.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="tier">sayable, off-palette or unsayable.</param>
    /// <param name="seed">Names places and mirroring.</param>
    /// <param name="heldOut">Held-out pictures. Default 16: every scene twice.</param>
    /// <exception cref="Common.DiptychException">A file cannot be written.</exception>
    public static void Write(string folder, PictureAttributes subject, string tier, long seed, int heldOut = 16)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var random = new RandomStream(seed, RandomPurpose.World, -4);
        var scenes = LabWords.ScenePhrases.Keys.ToList();
        Pictures(Path.Combine(folder, "references"), [.. References.Select(place => SubjectFactory.In(subject, random, place.Scene, place.Layout))]);
        Pictures(Path.Combine(folder, "held-out"), [.. Enumerable.Range(0, heldOut).Select(i => SubjectFactory.In(subject, random, scenes[i % scenes.Count]))]);
        var truth = SubjectTruth.Of(subject) with { Tier = tier };
        AtomicFile.WriteText(Path.Combine(folder, "subject.json"), JsonSerializer.Serialize(truth, Indented) + "\n");
    }

    private static void Pictures(string folder, IReadOnlyList<PictureAttributes> pictures)
    {
        Directory.CreateDirectory(folder);
        foreach (var (index, attributes) in pictures.Index())
        {
            var (picture, parts) = WorldRenderer.RenderWithParts(attributes);
            var name = Path.Combine(folder, FormattableString.Invariant($"{index:00}"));
            PictureFile.WritePng(name + ".png", picture);
            MaskFile.Write(name + ".mask.png", WorldRenderer.Size, WorldRenderer.Size, parts.Subject());
        }

        AtomicFile.WriteText(Path.Combine(folder, "attributes.json"), JsonSerializer.Serialize(pictures, Indented) + "\n");
    }
}
