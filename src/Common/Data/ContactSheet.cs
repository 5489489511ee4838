namespace Diptych.Common.Data;

/// <summary>Pictures in a labelled grid: one look shows what a set of photos, prompts or methods looks like.</summary>
public static class ContactSheet
{
    private const int Gap = 8;
    private const int LabelWidth = 180;

    /// <summary>Draws pictures row by row. Cells are as large as the largest picture; smaller ones stand in the middle of theirs.</summary>
    /// <param name="cells">The pictures from left to right, top to bottom; null leaves a cell empty.</param>
    /// <param name="columns">Pictures in a row.</param>
    /// <param name="rowLabels">A label left of each row, or null.</param>
    /// <param name="columnLabels">A label above each column, or null.</param>
    /// <param name="title">A line above all, or null.</param>
    /// <exception cref="ArgumentException">There is no picture, or the labels are fewer than the rows or columns.</exception>
    public static RgbImage Draw(
        IReadOnlyList<RgbImage?> cells,
        int columns,
        IReadOnlyList<string>? rowLabels = null,
        IReadOnlyList<string>? columnLabels = null,
        string? title = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        var rows = (cells.Count + columns - 1) / columns;
        var cellWidth = cells.Max(c => c?.Width) ?? throw new ArgumentException("A contact sheet needs at least one picture.", nameof(cells));
        if (rowLabels?.Count < rows || columnLabels?.Count < columns)
        {
            throw new ArgumentException($"A sheet of {rows} rows and {columns} columns needs as many labels.", nameof(rowLabels));
        }

        var left = Gap + (rowLabels is null ? 0 : LabelWidth + Gap);
        var right = left + (columns * (cellWidth + Gap));
        var above = title is null ? [] : SheetCanvas.Wrap(title, right - (2 * Gap));
        var headings = columnLabels?.Take(columns).Select(l => SheetCanvas.Wrap(l, cellWidth)).ToList() ?? [];
        var sides = rowLabels?.Take(rows).Select(l => SheetCanvas.Wrap(l, LabelWidth)).ToList() ?? [];

        var headingTop = Gap + TextHeight(above);
        var top = headingTop + headings.Select(TextHeight).DefaultIfEmpty(0).Max();
        // A row is as high as its pictures, or as its label where that is longer.
        var cellHeight = Math.Max(cells.Max(c => c?.Height)!.Value, sides.Select(TextHeight).DefaultIfEmpty(0).Max());
        var canvas = new SheetCanvas(right, top + (rows * (cellHeight + Gap)));

        canvas.Text(above, Gap, Gap);
        for (var column = 0; column < headings.Count; column++)
        {
            canvas.Text(headings[column], left + (column * (cellWidth + Gap)), headingTop);
        }

        for (var row = 0; row < sides.Count; row++)
        {
            canvas.Text(sides[row], Gap, top + (row * (cellHeight + Gap)));
        }

        for (var i = 0; i < cells.Count; i++)
        {
            if (cells[i] is { } picture)
            {
                var x = left + (i % columns * (cellWidth + Gap)) + ((cellWidth - picture.Width) / 2);
                var y = top + (i / columns * (cellHeight + Gap)) + ((cellHeight - picture.Height) / 2);
                canvas.Picture(picture, x, y);
            }
        }

        return canvas.ToImage();
    }

    private static int TextHeight(IReadOnlyList<string> lines) => lines.Count == 0 ? 0 : (lines.Count * SheetCanvas.LineHeight) + (Gap / 2);
}
