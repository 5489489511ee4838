using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>Puts the subject onto a scene, and onto the canvas of labels where there is one.</summary>
internal sealed class SubjectPainter(SKCanvas canvas, SKCanvas? labels, PictureAttributes picture)
{
    private readonly Palettes _palettes = new(picture);
    private readonly bool _shaded = picture.Style == "photo";
    private Placement _place;
    private float _outline;

    /// <summary>Paints shadow, subject and accessory.</summary>
    public void Paint()
    {
        _place = Placement.Of(picture);
        _outline = picture.Style switch { "sketch" => 1.7f, "poster" => 3f, _ => 0f } / _place.Scale;
        using var shape = SubjectShape.Of(picture.Class, picture.Proportions!);
        if (picture.Style != "poster")
        {
            Shadow();
        }

        foreach (var target in Targets())
        {
            target.Save();
            target.Concat(_place.Matrix(picture.Mirrored));
        }

        // Outlines come first, so that overlapping shapes of one colour become one silhouette.
        foreach (var part in shape.Parts)
        {
            if (part.Role is PartRole.Body or PartRole.Dim or PartRole.Part or PartRole.Metal or PartRole.Beak)
            {
                Outline(part);
            }
        }

        using var body = shape.BodyOutline();
        var lastBody = shape.Parts.Index().Last(p => p.Item.Role == PartRole.Body).Index;
        foreach (var (index, part) in shape.Parts.Index())
        {
            PaintPart(part, body);
            if (index == lastBody && picture.Pattern != LabWords.None)
            {
                Pattern(body);
            }
        }

        Accessory(shape);
        foreach (var target in Targets())
        {
            target.Restore();
        }
    }

    private void PaintPart(SubjectPart part, SKPath body)
    {
        if (part.Role == PartRole.Patch)
        {
            if (picture.Patch is not null)
            {
                Inside(body, () => Fill(part));
            }
        }
        else
        {
            if (part.Role != PartRole.Body)
            {
                Outline(part);
            }

            Fill(part);
        }
    }

    private void Outline(SubjectPart part)
    {
        if (_outline == 0 || part.Role is PartRole.Glow or PartRole.Glass)
        {
            return;
        }

        using var pen = new SKPaint
        {
            IsAntialias = true, IsStroke = true, StrokeWidth = part.StrokeWidth + (2 * _outline), StrokeJoin = SKStrokeJoin.Round, StrokeCap = SKStrokeCap.Round, Color = _palettes.Outline,
        };
        canvas.DrawPath(part.Path, pen);
        Label(part.Path, pen, PictureRegion.Other);
    }

    private void Fill(SubjectPart part)
    {
        var colour = _palettes.Of(part.Role);
        using var paint = new SKPaint { IsAntialias = true, Color = Palettes.Colour(colour) };
        if (part.StrokeWidth > 0)
        {
            (paint.IsStroke, paint.StrokeWidth, paint.StrokeCap) = (true, part.StrokeWidth, SKStrokeCap.Round);
        }

        var round = part.Role is PartRole.Body or PartRole.Part or PartRole.Dim or PartRole.Patch or PartRole.Metal or PartRole.Accessory;
        using var shading = _shaded && round ? Shading(colour) : null;
        paint.Shader = shading;
        canvas.DrawPath(part.Path, paint);
        Label(part.Path, paint, part.Role switch
        {
            PartRole.Body => PictureRegion.Body,
            PartRole.Part => PictureRegion.Part,
            PartRole.Patch => PictureRegion.Patch,
            PartRole.Accessory => PictureRegion.Accessory,
            _ => PictureRegion.Other,
        });
    }

    // Light from above and behind the head, fading to shadow at the feet.
    private static SKShader Shading(Rgb colour) => SKShader.CreateRadialGradient(
        new SKPoint(-.15f, -.85f), 1.25f,
        [Palettes.Colour(colour.Mix(Rgb.White, .34)), Palettes.Colour(colour), Palettes.Colour(colour.Shade(.62))], [0, .5f, 1], SKShaderTileMode.Clamp);

    // Stripes and spots keep to the pixel grid whatever the subject's place: a texture that shifts is lost in the autoencoder.
    private void Pattern(SKPath body)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = _palettes.Pattern() };
        using var marks = picture.Pattern == "striped" ? Stripes() : Spots();
        Inside(body, () =>
        {
            var toPixels = _place.Matrix(picture.Mirrored).Invert();
            foreach (var target in Targets())
            {
                target.Concat(toPixels);
            }

            canvas.DrawPath(marks, paint);
            Label(marks, paint, PictureRegion.Pattern);
        });
    }

    private static SKPath Stripes()
    {
        var path = new SKPath();
        for (var x = 0; x < WorldRenderer.Size; x += 12)
        {
            path.AddRect(SKRect.Create(x, 0, 5, WorldRenderer.Size));
        }

        return path;
    }

    private static SKPath Spots()
    {
        var path = new SKPath();
        for (var y = 0; y < WorldRenderer.Size; y += 10)
        {
            for (var x = 0; x < WorldRenderer.Size + 8; x += 14)
            {
                path.AddCircle(x + (y / 10 % 2 == 1 ? 7 : 0), y + 4, 3.2f);
            }
        }

        return path;
    }

    private void Accessory(SubjectShape shape)
    {
        if (picture.Accessory == LabWords.None)
        {
            return;
        }

        var (x, y, width) = picture.Accessory == "hat" ? shape.Hat : shape.Scarf;
        SKPath[] paths = picture.Accessory == "hat"
            ? [Shape.Box(x - (width * .62), y - .24, width * 1.24, .26, .05), Shape.Box(x - (width * 1.15), y - .03, width * 2.3, .075, .03)]
            : [Shape.Box(x + (width * .3), y - .02, .13, .3, .03), Shape.Box(x - (width * 1.05), y - .05, width * 2.1, .125, .05)];
        foreach (var path in paths)
        {
            var part = new SubjectPart(path, PartRole.Accessory, 0);
            Outline(part);
            Fill(part);
            path.Dispose();
        }
    }

    private void Shadow()
    {
        using var paint = new SKPaint { IsAntialias = true, Color = new SKColor(20, 20, 30, 80) };
        canvas.DrawOval(new SKRect(_place.X - (_place.Scale * .5f), _place.Y - (_place.Scale * .05f), _place.X + (_place.Scale * .5f), _place.Y + (_place.Scale * .06f)), paint);
    }

    private void Inside(SKPath outline, Action draw)
    {
        foreach (var target in Targets())
        {
            target.Save();
            target.ClipPath(outline, SKClipOperation.Intersect, antialias: target == canvas);
        }

        draw();
        foreach (var target in Targets())
        {
            target.Restore();
        }
    }

    private void Label(SKPath path, SKPaint like, PictureRegion region)
    {
        if (labels is null)
        {
            return;
        }

        using var paint = new SKPaint
        {
            IsStroke = like.IsStroke, StrokeWidth = like.StrokeWidth, StrokeCap = like.StrokeCap, StrokeJoin = like.StrokeJoin, Color = new SKColor((byte)region, 0, 0),
        };
        labels.DrawPath(path, paint);
    }

    private IEnumerable<SKCanvas> Targets() => labels is null ? [canvas] : [canvas, labels];
}
