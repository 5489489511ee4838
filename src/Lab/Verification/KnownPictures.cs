using System.Text.Json;
using System.Text.Json.Serialization;
using Diptych.Common;
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
        using var file = SafetensorsFile.Open(lab.Renders);
        var renders = file.Read("pictures").permute(0, 3, 1, 2).to_type(ScalarType.Float32) / 127.5 - 1;
        var truth = LabJson.Read<RenderTruth>(lab.RenderAttributes).Attributes;
        if (truth.Length != renders.shape[0])
        {
            throw new DiptychException($"{lab.RenderAttributes}: tells of {truth.Length} pictures where {lab.Renders} holds {renders.shape[0]}; copy both again from the repository's models/lab");
        }

        var known = subjects.SelectMany(subject => subject.References.Concat(subject.HeldOut)).Where(picture => picture.Attributes is not null).ToList();
        var pictures = known.Count == 0 ? renders : cat([renders, LabPicture.Load(known, renders.shape[2])]);
        return new KnownPictures(pictures.contiguous().MoveToOuterDisposeScope(), [.. truth, .. known.Select(picture => picture.Attributes!)]);
    }

    /// <summary>Writes a laboratory's renders and beside them their attributes and captions.</summary>
    /// <param name="lab">The laboratory.</param>
    /// <param name="pictures">The renders, bytes [n, 128, 128, 3].</param>
    /// <param name="captions">What each shows.</param>
    /// <exception cref="DiptychException">The folder cannot be written to.</exception>
    public static void WriteRenders(LabModel lab, Tensor pictures, IReadOnlyList<CaptionWithTruth> captions)
    {
        ArgumentNullException.ThrowIfNull(lab);
        SafetensorsWriter.Write(lab.Renders, [KeyValuePair.Create("pictures", pictures)]);
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
