namespace Diptych.Lab.World;

/// <summary>Which region each pixel of a picture belongs to.</summary>
/// <param name="Labels">128 x 128 values of <see cref="PictureRegion"/>, row by row.</param>
public sealed record PartMask(byte[] Labels)
{
    /// <summary>Share of the pixels in a region, 0 to 1.</summary>
    public double Share(PictureRegion region) => Labels.Count(label => label == (byte)region) / (double)Labels.Length;

    /// <summary>Where the subject is, outlines included: true for every pixel that is not background.</summary>
    public bool[] Subject() => [.. Labels.Select(label => label != (byte)PictureRegion.Background)];
}
