namespace Diptych.Common.Data;

/// <summary>How a photo file becomes pixels.</summary>
public sealed record PhotoOptions
{
    /// <summary>The sides below which nothing can be learned from a picture, in pixels.</summary>
    public const int SmallestSide = 16;

    /// <summary>Most pixels a picture may have; beyond it a small file would fill the memory. Twice what the largest phone cameras give.</summary>
    public const long MostPixels = 400_000_000;

    /// <summary>Whether the camera's EXIF orientation is applied. Default yes; the reference Textual Inversion script does not.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>What becomes of transparent pixels. Default: laid on white; the reference scripts drop the transparency.</summary>
    public AlphaHandling Alpha { get; init; } = AlphaHandling.OnWhite;
}
