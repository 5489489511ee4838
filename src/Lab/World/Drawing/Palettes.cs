using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>Which paint each shape of one picture gets.</summary>
internal sealed class Palettes(PictureAttributes picture)
{
    // Sketches are drawn on paper, whose tone shows through every paint.
    private const double PaperShare = .25;

    /// <summary>The colour of sketching paper.</summary>
    public static readonly Rgb Paper = new(246, 242, 230);

    private readonly bool _sketch = picture.Style == "sketch";

    /// <summary>Colour of outlines.</summary>
    public SKColor Outline => _sketch ? new SKColor(52, 48, 50) : new SKColor(16, 14, 18);

    /// <summary>Paint of a shape.</summary>
    public Rgb Of(PartRole role)
    {
        var paint = role switch
        {
            PartRole.Body => picture.Body!.Value,
            PartRole.Dim => picture.Body!.Value.Shade(.8),
            PartRole.Part => picture.Part!.Value,
            PartRole.Patch => picture.Patch!.Value,
            PartRole.Accessory => picture.AccessoryPaint!.Value,
            PartRole.Ink => new Rgb(34, 32, 38),
            PartRole.Glow => new Rgb(252, 240, 170),
            PartRole.Glass => new Rgb(190, 222, 240),
            PartRole.Metal => new Rgb(150, 156, 168),
            _ => new Rgb(250, 150, 40),
        };
        return _sketch ? paint.Mix(Paper, PaperShare) : paint;
    }

    /// <summary>Paint of stripes and spots: darker than a light body, lighter than a dark one.</summary>
    public SKColor Pattern()
    {
        var body = picture.Body!.Value;
        var luminance = (.3 * body.Red) + (.59 * body.Green) + (.11 * body.Blue);
        return Colour(luminance > 130 ? body.Shade(.5) : body.Mix(Rgb.White, .5));
    }

    /// <summary>A colour as Skia takes it.</summary>
    public static SKColor Colour(Rgb colour) => new((byte)colour.Red, (byte)colour.Green, (byte)colour.Blue);
}
