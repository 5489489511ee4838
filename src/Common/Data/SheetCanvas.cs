namespace Diptych.Common.Data;

/// <summary>A white page that pictures and labels are put on.</summary>
internal sealed class SheetCanvas
{
    /// <summary>Screen pixels a font pixel becomes; one alone is too small to read on today's screens.</summary>
    public const int TextScale = 2;

    /// <summary>Height of a line of text with the space below it, in pixels.</summary>
    public const int LineHeight = (BitmapFont.Height + 1) * TextScale;

    private const byte Ink = 32;
    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _pixels;

    public SheetCanvas(int width, int height)
    {
        (_width, _height, _pixels) = (width, height, new byte[3L * width * height]);
        Array.Fill(_pixels, byte.MaxValue);
    }

    /// <summary>Width of a line of text in pixels.</summary>
    public static int TextWidth(string line) => Math.Max(0, (line.Length * BitmapFont.Advance) - 1) * TextScale;

    /// <summary>The text in lines of at most <paramref name="width"/> pixels, broken between words where possible and inside them where not.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        var most = Math.Max(1, ((width / TextScale) + 1) / BitmapFont.Advance);
        var lines = new List<string>();
        var rest = text.AsSpan().Trim();
        while (rest.Length > most)
        {
            var space = rest[..(most + 1)].LastIndexOf(' ');
            var end = space > 0 ? space : most;
            lines.Add(rest[..end].TrimEnd().ToString());
            rest = rest[end..].TrimStart();
        }

        lines.Add(rest.ToString());
        return lines;
    }

    public void Text(IReadOnlyList<string> lines, int left, int top)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            for (var at = 0; at < lines[i].Length; at++)
            {
                Letter(lines[i][at], left + (at * BitmapFont.Advance * TextScale), top + (i * LineHeight));
            }
        }
    }

    public void Picture(RgbImage image, int left, int top)
    {
        for (var y = 0; y < image.Height; y++)
        {
            image.Pixels.AsSpan(3 * y * image.Width, 3 * image.Width).CopyTo(_pixels.AsSpan(3 * (((top + y) * _width) + left)));
        }
    }

    public RgbImage ToImage() => new(_width, _height, _pixels);

    private void Letter(char letter, int left, int top)
    {
        for (var y = 0; y < BitmapFont.Height * TextScale; y++)
        {
            for (var x = 0; x < BitmapFont.Width * TextScale; x++)
            {
                if (BitmapFont.Ink(letter, x / TextScale, y / TextScale))
                {
                    _pixels.AsSpan(3 * (((top + y) * _width) + left + x), 3).Fill(Ink);
                }
            }
        }
    }
}
