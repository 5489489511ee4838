using SkiaSharp;

namespace Diptych.Lab.World.Drawing;

/// <summary>
/// The eight scenes on a canvas of 128 x 128. Their details (windows, stars, flowers) stand at fixed pixels: a texture that does not shift from picture
/// to picture is what a small autoencoder can keep.
/// </summary>
internal sealed class Backgrounds(SKCanvas canvas, bool flat)
{
    /// <summary>Paints a scene over the whole canvas; flat ones have no gradients.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The world has no such scene.</exception>
    public static void Paint(SKCanvas canvas, string scene, bool flat)
    {
        var backgrounds = new Backgrounds(canvas, flat);
        switch (scene)
        {
            case "studio": backgrounds.Studio(); break;
            case "beach": backgrounds.Beach(); break;
            case "forest": backgrounds.Forest(); break;
            case "snow": backgrounds.Snow(); break;
            case "city": backgrounds.City(); break;
            case "meadow": backgrounds.Meadow(); break;
            case "desert": backgrounds.Desert(); break;
            case "moon": backgrounds.Moon(); break;
            default: throw new ArgumentOutOfRangeException(nameof(scene), scene, "The world has no such scene.");
        }
    }

    private void Studio()
    {
        Band(0, 90, new(206, 206, 212), new(228, 228, 232));
        Band(88, 40, new(176, 174, 178), new(150, 148, 152));
    }

    private void Beach()
    {
        Band(0, 58, new(92, 178, 240), new(178, 222, 250));
        Fill(Shape.Ellipse(104, 20, 11, 11), new(255, 238, 140));
        Band(56, 26, new(20, 104, 170), new(36, 150, 190));
        Band(80, 48, new(236, 212, 150), new(216, 186, 120));
    }

    private void Forest()
    {
        Band(0, 92, new(44, 84, 58), new(70, 112, 70));
        foreach (var x in (ReadOnlySpan<int>)[10, 36, 64, 92, 118])
        {
            Fill(Shape.Box(x - 4, 60, 8, 30), new(82, 58, 40));
            Fill(Shape.Polygon((x - 17, 70), (x, 8), (x + 17, 70)), x is 36 or 92 ? new(26, 92, 48) : new(20, 72, 42));
        }

        Band(88, 40, new(58, 92, 46), new(44, 70, 38));
    }

    private void Snow()
    {
        Band(0, 90, new(176, 204, 228), new(220, 232, 242));
        Fill(Shape.Polygon((-10, 90), (30, 34), (72, 90)), new(150, 170, 194));
        Fill(Shape.Polygon((16, 54), (30, 34), (45, 54)), new(250, 252, 255));
        Fill(Shape.Polygon((54, 90), (98, 24), (142, 90)), new(136, 158, 186));
        Fill(Shape.Polygon((82, 48), (98, 24), (114, 48)), new(250, 252, 255));
        Band(86, 42, new(248, 250, 254), new(226, 234, 244));
    }

    private void City()
    {
        Band(0, 92, new(18, 20, 52), new(44, 40, 84));
        Fill(Shape.Ellipse(22, 18, 8, 8), new(240, 236, 200));
        foreach (var (x, top) in (ReadOnlySpan<(int, int)>)[(0, 44), (24, 28), (48, 52), (72, 22), (96, 40)])
        {
            Fill(Shape.Box(x + 1, top, 22, 92 - top), new(30, 32, 44));
            for (var y = top + 6; y < 82; y += 12)
            {
                Fill(Shape.Box(x + 5, y, 5, 6), new(250, 212, 110));
                Fill(Shape.Box(x + 14, y, 5, 6), new(250, 212, 110));
            }
        }

        Band(88, 40, new(66, 66, 78), new(48, 48, 58));
    }

    private void Meadow()
    {
        Band(0, 82, new(104, 186, 246), new(196, 230, 252));
        foreach (var (x, y, radius) in (ReadOnlySpan<(int, int, int)>)[(24, 22, 10), (36, 20, 12), (48, 23, 9), (96, 34, 8), (106, 33, 9)])
        {
            Fill(Shape.Ellipse(x, y, radius, radius * .62), new(255, 255, 255));
        }

        Band(78, 50, new(112, 190, 72), new(76, 152, 52));
        foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(12, 92), (30, 112), (52, 96), (84, 118), (100, 94), (118, 108)])
        {
            Fill(Shape.Ellipse(x, y, 2.6, 2.6), new(255, 250, 180));
        }
    }

    private void Desert()
    {
        var (green, sand) = (new SKColor(52, 128, 70), new SKColor(222, 160, 92));
        Band(0, 84, new(250, 176, 96), new(254, 222, 166));
        Fill(Shape.Ellipse(28, 24, 11, 11), new(255, 246, 206));
        Fill(Shape.Ellipse(40, 100, 80, 30), sand);
        Fill(Shape.Ellipse(112, 104, 60, 28), new(208, 142, 78));
        Band(92, 36, new(214, 150, 84), new(196, 130, 70));
        Fill(Shape.Box(107, 50, 8, 38, 4), green);
        Fill(Shape.Box(98, 60, 6, 14, 3), green);
        Fill(Shape.Box(98, 70, 12, 6, 3), green);
        Fill(Shape.Box(118, 54, 6, 14, 3), green);
        Fill(Shape.Box(112, 64, 12, 6, 3), green);
    }

    private void Moon()
    {
        Band(0, 92, new(8, 8, 20), null);
        foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(10, 14), (28, 40), (44, 10), (60, 30), (80, 8), (90, 50), (118, 34), (16, 64), (52, 58), (74, 70), (120, 72)])
        {
            Fill(Shape.Box(x, y, 2, 2), new(250, 250, 250));
        }

        Fill(Shape.Ellipse(102, 22, 13, 13), new(60, 120, 210));
        Fill(Shape.Ellipse(98, 18, 6, 5), new(80, 170, 90));
        Band(86, 42, new(158, 158, 164), new(118, 118, 126));
        foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(20, 98), (62, 118), (108, 104)])
        {
            Fill(Shape.Ellipse(x, y, 9, 3), new(112, 112, 120));
        }
    }

    // A band over the whole width, fading from its upper colour to its lower one.
    private void Band(float top, float height, SKColor upper, SKColor? lower)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = upper };
        using var gradient = lower is { } end && !flat
            ? SKShader.CreateLinearGradient(new SKPoint(0, top), new SKPoint(0, top + height), [upper, end], null, SKShaderTileMode.Clamp)
            : null;
        paint.Shader = gradient;
        canvas.DrawRect(SKRect.Create(0, top, WorldRenderer.Size, height), paint);
    }

    private void Fill(SKPath path, SKColor colour)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = colour };
        canvas.DrawPath(path, paint);
        path.Dispose();
    }
}
