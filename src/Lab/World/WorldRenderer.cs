using Diptych.Common.Data;
using Diptych.Lab.World.Drawing;
using SkiaSharp;

namespace Diptych.Lab.World;

/// <summary>
/// Draws the world: attributes in, a picture of 128 x 128 out, the same for the same attributes. A second canvas without antialiasing can be drawn
/// along, on which every shape leaves the number of its region: the truth for whoever reads pictures part by part.
/// </summary>
public static class WorldRenderer
{
    /// <summary>Pixels on a side.</summary>
    public const int Size = 128;

    private static readonly SKImageInfo Canvas = new(Size, Size, SKColorType.Rgba8888, SKAlphaType.Premul);

    /// <summary>Draws a picture.</summary>
    /// <exception cref="ArgumentException">The attributes lack the paints or proportions that drawing needs, or name something the world does not have.</exception>
    public static RgbImage Render(PictureAttributes attributes)
    {
        Check(attributes);
        using var surface = SKSurface.Create(Canvas);
        Paint(surface.Canvas, null, attributes);
        return new RgbImage(Size, Size, Pixels(surface, stride: 3));
    }

    /// <summary>Draws a picture and its part mask.</summary>
    /// <exception cref="ArgumentException">The attributes lack the paints or proportions that drawing needs, or name something the world does not have.</exception>
    public static (RgbImage Picture, PartMask Parts) RenderWithParts(PictureAttributes attributes)
    {
        Check(attributes);
        using var surface = SKSurface.Create(Canvas);
        using var labels = SKSurface.Create(Canvas);
        labels.Canvas.Clear(SKColors.Black);
        Paint(surface.Canvas, labels.Canvas, attributes);
        return (new RgbImage(Size, Size, Pixels(surface, stride: 3)), new PartMask(Pixels(labels, stride: 1)));
    }

    private static void Paint(SKCanvas canvas, SKCanvas? labels, PictureAttributes picture)
    {
        var sketch = picture.Style == "sketch";
        Backgrounds.Paint(canvas, picture.Scene, flat: picture.Style == "poster");
        if (sketch)
        {
            SketchPaper(canvas);
        }

        new SubjectPainter(canvas, labels, picture).Paint();
        Light(canvas, picture.Light);
        if (picture.Style == "poster")
        {
            using var frame = new SKPaint { IsAntialias = true, IsStroke = true, StrokeWidth = 6, Color = new SKColor(244, 232, 204) };
            canvas.DrawRect(SKRect.Create(3, 3, Size - 6, Size - 6), frame);
            using var nothing = new SKPaint { IsStroke = true, StrokeWidth = 6, Color = SKColors.Black };
            labels?.DrawRect(SKRect.Create(3, 3, Size - 6, Size - 6), nothing);
        }
    }

    private static void SketchPaper(SKCanvas canvas)
    {
        using var paper = new SKPaint { Color = Palettes.Colour(Palettes.Paper).WithAlpha(168) };
        canvas.DrawPaint(paper);
        using var pencil = new SKPaint { IsAntialias = true, IsStroke = true, StrokeWidth = 1, Color = new SKColor(90, 86, 80, 70) };
        for (var x = -Size; x < Size; x += 8)
        {
            canvas.DrawLine(x, Size, x + Size, 0, pencil);
        }
    }

    private static void Light(SKCanvas canvas, string light)
    {
        if (light == "normal")
        {
            return;
        }

        using var veil = new SKPaint { Color = light == "dark" ? new SKColor(6, 8, 30, 118) : new SKColor(255, 252, 240, 84) };
        canvas.DrawPaint(veil);
    }

    // The first `stride` bytes of every pixel.
    private static byte[] Pixels(SKSurface surface, int stride)
    {
        using var pixmap = surface.PeekPixels();
        var source = pixmap.GetPixelSpan();
        var pixels = new byte[stride * Size * Size];
        for (var i = 0; i < Size * Size; i++)
        {
            source.Slice(i * 4, stride).CopyTo(pixels.AsSpan(i * stride));
        }

        return pixels;
    }

    private static void Check(PictureAttributes picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Body is null || picture.Part is null || picture.Proportions is not { Count: 3 })
        {
            throw new ArgumentException("A picture needs the paint of body and part and three proportions.", nameof(picture));
        }

        if (picture.Accessory != LabWords.None && picture.AccessoryPaint is null)
        {
            throw new ArgumentException($"The {picture.Accessory} has no paint.", nameof(picture));
        }
    }
}
