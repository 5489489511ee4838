using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>Where a subject stands on the canvas.</summary>
/// <param name="X">Its middle, in pixels.</param>
/// <param name="Y">Its feet, in pixels.</param>
/// <param name="Scale">Pixels to a unit of its own frame.</param>
internal readonly record struct Placement(float X, float Y, float Scale)
{
    /// <summary>The place that a picture's layout, offset and size give.</summary>
    /// <exception cref="ArgumentException">The world has no such layout.</exception>
    public static Placement Of(PictureAttributes picture)
    {
        var (x, y, scale) = picture.Layout switch
        {
            "centre" => (64, 108, 70),
            "left" => (36, 106, 58),
            "right" => (92, 106, 58),
            "close" => (64, 124, 104),
            "small" => (64, 98, 38),
            _ => throw new ArgumentException($"The world has no layout '{picture.Layout}'.", nameof(picture)),
        };
        return new Placement((float)(x + picture.OffsetX), y, (float)(scale * picture.Scale));
    }

    /// <summary>From the subject's frame to pixels.</summary>
    public SKMatrix Matrix(bool mirrored) => new(mirrored ? -Scale : Scale, 0, X, 0, Scale, Y, 0, 0, 1);
}
