using Diptych.Reports.Charts;
using Diptych.Reports.Data;
using Diptych.Reports.Pictures;
using SkiaSharp;

namespace Diptych.Reports.Sheets;

/// <summary>Lays out a labelled grid of pictures: rows below one another, one column for each arm.</summary>
internal sealed class SheetPainter(RunFolder folder, string title, string subtitle, IReadOnlyList<ArmRecord> arms)
{
    private const int Margin = 24;
    private const int Gap = 6;
    private const int LabelWidth = 190;
    private const int Cell = 160;
    private const int Head = 104;

    private static readonly SKColor Paper = SKColors.White;
    private static readonly SKColor Dark = SKColor.Parse("#1D1F23");
    private static readonly SKColor Muted = SKColor.Parse("#626974");

    /// <summary>Draws the sheet and encodes it as PNG.</summary>
    public byte[] Paint(IReadOnlyList<SheetRow> rows)
    {
        var width = (2 * Margin) + LabelWidth + (arms.Count * (Cell + Gap)) - Gap;
        var height = Head + (rows.Count * (Cell + Gap)) - Gap + Margin;
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Paper);
        PaintHead(canvas, width);
        for (var r = 0; r < rows.Count; r++)
        {
            PaintRow(canvas, rows[r], Head + (r * (Cell + Gap)));
        }

        // Trying every filter for every line costs five times the time and saves little.
        using var pixels = bitmap.PeekPixels();
        using var data = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 5));
        return data!.ToArray();
    }

    private void PaintHead(SKCanvas canvas, int width)
    {
        StrokeText.Draw(canvas, StrokeText.Wrap(title, width - (2 * Margin), 15, 1)[0], Margin, Margin + 15, 15, Dark, bold: true);
        if (StrokeText.Wrap(subtitle, width - (2 * Margin), 9, 1) is [var line, ..])
        {
            StrokeText.Draw(canvas, line, Margin, Margin + 36, 9, Muted);
        }

        for (var a = 0; a < arms.Count; a++)
        {
            using var bar = new SKPaint { Color = SKColor.Parse(Ink.Of(arms[a].Id).Print) };
            canvas.DrawRect(Left(a), Head - 8, Cell, 3, bar);
            StrokeText.Draw(canvas, StrokeText.Wrap(arms[a].Title, Cell, 9, 1)[0], Left(a), Head - 16, 9, Dark, bold: true);
        }
    }

    private void PaintRow(SKCanvas canvas, SheetRow row, int top)
    {
        StrokeText.Draw(canvas, row.Name, Margin, top + 14, 11, Dark, bold: true);
        var baseline = PaintLines(canvas, row.Title, top + 34, 2, Dark);
        PaintLines(canvas, row.Prompt, baseline, 5, Muted);

        for (var a = 0; a < arms.Count; a++)
        {
            if (row.Images[a] is { } image)
            {
                using var picture = RunPictures.Load(folder, image.File);
                using var drawn = SKImage.FromBitmap(picture);
                canvas.DrawImage(drawn, Fit(picture, Left(a), top), new SKSamplingOptions(SKCubicResampler.CatmullRom));
            }
        }
    }

    private static float PaintLines(SKCanvas canvas, string text, float baseline, int count, SKColor colour)
    {
        foreach (var line in StrokeText.Wrap(text, LabelWidth - 16, 9, count))
        {
            StrokeText.Draw(canvas, line, Margin, baseline, 9, colour);
            baseline += 17;
        }

        return baseline;
    }

    private static float Left(int arm) => Margin + LabelWidth + (arm * (Cell + Gap));

    private static SKRect Fit(SKBitmap picture, float left, float top)
    {
        var scale = Cell / (float)Math.Max(picture.Width, picture.Height);
        var (width, height) = (picture.Width * scale, picture.Height * scale);
        return SKRect.Create(left + ((Cell - width) / 2), top + ((Cell - height) / 2), width, height);
    }
}
