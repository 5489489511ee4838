namespace Diptych.Reports.Charts;

/// <summary>The frame of a chart whose bands have names on the left and whose values run to the right.</summary>
internal static class BandAxis
{
    private const int BandHeight = 68;

    public static ChartFrame Frame(int bands, double low, double high) =>
        // The first band is on top: the vertical axis runs downwards.
        new(760, (bands * BandHeight) + 58, 190, 18, 26, 32, low, high, bands - 0.5, -0.5);

    public static void Draw(ChartCanvas canvas, ChartFrame frame, IReadOnlyList<(string Name, string Title)> bands, IReadOnlyList<double> ticks, Func<double, string> number)
    {
        foreach (var tick in ticks)
        {
            canvas.Line(Ink.Line, tick, -0.5, tick, bands.Count - 0.5, 1);
            canvas.Text(tick, bands.Count - 0.5, number(tick), "tick middle", down: 18);
        }

        for (var band = 0; band < bands.Count; band++)
        {
            canvas.Line(Ink.Line, frame.X0, band - 0.5, frame.X1, band - 0.5, 1);
            canvas.TextAt(0, frame.PixelY(band) - 2, bands[band].Name, "band");
            canvas.TextAt(0, frame.PixelY(band) + 14, bands[band].Title, "tick title");
        }
    }
}
