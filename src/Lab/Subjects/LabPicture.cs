using Diptych.Common;
using Diptych.Common.Data;
using Diptych.Lab.Judges;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Subjects;

/// <summary>One picture file of a subject, with what is known about it.</summary>
/// <param name="Path">The picture.</param>
/// <param name="MaskPath">A black-and-white picture of where the subject is; null without one.</param>
/// <param name="Attributes">The truth; null for photos.</param>
public sealed record LabPicture(string Path, string? MaskPath, PictureAttributes? Attributes)
{
    /// <summary>
    /// Loads pictures as <c>[n, 3, size, size]</c> in [-1, 1] for the judges; see <see cref="PictureSize"/> for how other sizes are brought to this one.
    /// </summary>
    /// <exception cref="DiptychException">A picture cannot be read; the message names it.</exception>
    public static Tensor Load(IReadOnlyList<LabPicture> pictures, long size)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var scope = NewDisposeScope();
        var loaded = pictures.Select(picture => PictureSize.Resize(ImageTensor.FromImage(Photo.Load(picture.Path).Image), size)).ToList();
        return cat(loaded).MoveToOuterDisposeScope();
    }
}
