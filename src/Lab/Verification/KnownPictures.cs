using System.Text.Json;
using System.Text.Json.Serialization;
using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Common.Weights;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>
/// The laboratory's pictures whose truth is known: sixteen renders, and the references and held-out pictures of every subject. What the
/// oracle reads in their round trips through the autoencoder is its ceiling.
/// </summary>
public sealed class KnownPictures : IDisposable
{
    private KnownPictures(Tensor pictures, IReadOnlyList<PictureAttributes> attributes)
    {
        Pictures = pictures;
        Attributes = attributes;
    }

    /// <summary>The pictures, <c>[n, 3, h, w]</c> in [-1, 1].</summary>
    public Tensor Pictures { get; }

    /// <summary>What each shows.</summary>
    public IReadOnlyList<PictureAttributes> Attributes { get; }

    /// <summary>Loads the pictures of a laboratory and of the subjects given.</summary>
    /// <exception cref="DiptychException">A file is missing or does not fit.</exception>
    public static KnownPictures Load(LabModel lab, IEnumerable<LabSubject> subjects)
    {
        ArgumentNullException.ThrowIfNull(lab);
        using var scope = NewDisposeScope();
        var renders = LabJson.Read<RenderTruth>(lab.RenderAttributes).Attributes.Select((truth, index) => new LabPicture(lab.Render(index), null, truth));
        var ofSubjects = subjects.SelectMany(subject => subject.References.Concat(subject.HeldOut)).Where(picture => picture.Attributes is not null);
        LabPicture[] known = [.. renders, .. ofSubjects];
        return new KnownPictures(LabPicture.Load(known, WorldRenderer.Size).MoveToOuterDisposeScope(), [.. known.Select(picture => picture.Attributes!)]);
    }

    /// <summary>Writes a laboratory's renders and beside them their attributes and captions.</summary>
    /// <param name="lab">The laboratory.</param>
    /// <param name="captions">What each shows.</param>
    /// <exception cref="DiptychException">The folder cannot be written to.</exception>
    public static void WriteRenders(LabModel lab, IReadOnlyList<CaptionWithTruth> captions)
    {
        ArgumentNullException.ThrowIfNull(lab);
        Directory.CreateDirectory(lab.Renders);
        foreach (var (index, caption) in captions.Index())
        {
            PictureFile.WritePng(lab.Render(index), WorldRenderer.Render(caption.Attributes));
        }

        var truth = new RenderTruth { Attributes = [.. captions.Select(caption => caption.Attributes)], Captions = [.. captions.Select(caption => caption.Caption)] };
        AtomicFile.WriteText(lab.RenderAttributes, JsonSerializer.Serialize(truth) + "\n");
    }

    /// <inheritdoc/>
    public void Dispose() => Pictures.Dispose();

    private sealed record RenderTruth
    {
        [JsonPropertyName("attributes")]
        public required PictureAttributes[] Attributes { get; init; }

        [JsonPropertyName("captions")]
        public string[] Captions { get; init; } = [];
    }
}
