using SkiaSharp;

namespace Diptych.Reports.Sheets;

/// <summary>Draws labels with <see cref="StrokeGlyphs"/>.</summary>
internal static class StrokeText
{
    private const float CapitalHeight = 7;
    private const float Tracking = 0.45f;

    /// <summary>Width of a text whose capitals are <paramref name="size"/> pixels high.</summary>
    public static float Width(string text, float size) => text.Sum(c => Glyph(c).Advance + Tracking) * size / CapitalHeight;

    /// <summary>Draws a text with its baseline's left end at (x, y).</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float y, float size, SKColor colour, bool bold = false)
    {
        using var pen = new SKPaint
        {
            Style = SKPaintStyle.Stroke,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
            StrokeWidth = bold ? 1.25f : 0.8f,
            IsAntialias = true,
            Color = colour,
        };
        canvas.Save();
        canvas.Translate(x, y);
        canvas.Scale(size / CapitalHeight);
        foreach (var c in text)
        {
            var (advance, data) = Glyph(c);
            using var path = SKPath.ParseSvgPathData(data);
            if (path is not null)
            {
                canvas.DrawPath(path, pen);
            }

            canvas.Translate(advance + Tracking, 0);
        }

        canvas.Restore();
    }

    /// <summary>Breaks a text at spaces into lines no wider than <paramref name="width"/>; what does not fit into <paramref name="lines"/> is cut with dots.</summary>
    public static IReadOnlyList<string> Wrap(string text, float width, float size, int lines)
    {
        var result = new List<string>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (result.Count > 0 && Width($"{result[^1]} {word}", size) <= width)
            {
                result[^1] += " " + word;
            }
            else
            {
                result.Add(word);
            }
        }

        if (result.Count > lines)
        {
            result[lines - 1] += " ...";
            result.RemoveRange(lines, result.Count - lines);
        }

        return [.. result.Select(line => Cut(line, width, size))];
    }

    private static string Cut(string line, float width, float size)
    {
        if (Width(line, size) <= width)
        {
            return line;
        }

        var length = line.Length;
        while (length > 1 && Width(line[..length] + "...", size) > width)
        {
            length--;
        }

        return line[..length] + "...";
    }

    private static (float Advance, string Path) Glyph(char c) => StrokeGlyphs.All.GetValueOrDefault(c, StrokeGlyphs.Unknown);
}
