using Diptych.Reports.Data;

namespace Diptych.Reports.Charts;

/// <summary>A dot with its interval for each arm, one band for each family.</summary>
internal static class IntervalChart
{
    private const double Spread = 0.72;
    private const double NearEdge = 0.85;
    private const float EdgeRoom = 14;

    public static string Means(RunIndex run, string metric, string id, string label)
    {
        List<(string Family, string Title)> bands = [.. run.Families
            .Where(family => run.Arms.Any(arm => run.Row(arm.Id, family.Id, metric) is not null))
            .Select(family => (family.Id, family.Title))];
        var (real, others) = run.Range(metric);
        var low = Lowest(run, bands.Select(band => band.Family), metric, others);
        // A little room on both sides, for marks that stand on the ends.
        var frame = BandAxis.Frame(bands.Count, low - 0.02, 1.02);
        using var canvas = new ChartCanvas(frame);
        BandAxis.Draw(canvas, frame, bands, Ticks.Within(low, 1, (int)Math.Round((1 - low) * 5)), Notation.Decimal);
        if (low < 0)
        {
            canvas.Line(Ink.Axis, 0, -0.5, 0, bands.Count - 0.5, 1.2f);
        }

        Reference(canvas, real, bands.Count, "real pictures");
        Reference(canvas, others, bands.Count, "look-alikes");
        for (var band = 0; band < bands.Count; band++)
        {
            for (var i = 0; i < run.Arms.Count; i++)
            {
                if (run.Row(run.Arms[i].Id, bands[band].Family, metric) is { } row)
                {
                    Dot(canvas, row.Arm, Place(band, i, run.Arms.Count), row.Value, row.Low, row.High);
                }
            }
        }

        return canvas.ToSvg(id, label);
    }

    /// <summary>What each partial prompt costs each trained arm; null where nothing of the kind was measured.</summary>
    public static string? Drops(RunIndex run, IReadOnlyList<(string Family, string Reference)> drops, string id, string label)
    {
        var trained = run.Arms.Where(arm => ArmIds.IsTrained(arm.Id)).ToList();
        var bands = drops
            .Select(drop => (drop, effects: trained.Select(arm => run.Drop(arm.Id, drop.Family, drop.Reference)).ToList()))
            .Where(band => band.effects.Any(effect => effect is not null)).ToList();
        if (bands.Count == 0)
        {
            return null;
        }

        var all = bands.SelectMany(band => band.effects).OfType<EffectRecord>().ToList();
        var low = Math.Min(-0.1, all.Min(effect => effect.Low)) - 0.03;
        var high = Math.Max(0.1, all.Max(effect => effect.High)) + 0.03;
        var frame = BandAxis.Frame(bands.Count, low, high);
        using var canvas = new ChartCanvas(frame);
        BandAxis.Draw(canvas, frame, [.. bands.Select(band => ($"{band.drop.Family} \u2212 {band.drop.Reference}", Title(run, band.drop.Family)))], Ticks.Within(low, high, 6), Notation.Signed);
        canvas.Line(Ink.Axis, 0, -0.5, 0, bands.Count - 0.5, 1.2f);
        for (var band = 0; band < bands.Count; band++)
        {
            for (var i = 0; i < trained.Count; i++)
            {
                if (bands[band].effects[i] is { } effect)
                {
                    Dot(canvas, trained[i].Id, Place(band, i, trained.Count), effect.Difference, effect.Low, effect.High);
                }
            }
        }

        return canvas.ToSvg(id, label);
    }

    // Cosines can be negative: the axis then begins at the fifth below the lowest of what it shows.
    private static double Lowest(RunIndex run, IEnumerable<string> families, string metric, double? reference)
    {
        var lows = families.SelectMany(family => run.Arms.Select(arm => run.Row(arm.Id, family, metric))).OfType<RowRecord>().Select(row => row.Low);
        return Math.Floor(Math.Min(Math.Min(0, reference ?? 0), lows.DefaultIfEmpty(0).Min()) * 5) / 5;
    }

    private static string Title(RunIndex run, string family) => run.Families.FirstOrDefault(record => record.Id == family)?.Title ?? "";

    // Bands count downwards; arms lie below one another within a band, in the report's order.
    private static double Place(int band, int i, int count) => band + (count == 1 ? 0 : ((double)i / (count - 1) - 0.5) * Spread);

    private static void Dot(ChartCanvas canvas, string arm, double y, double value, double low, double high)
    {
        canvas.Line(Ink.Of(arm), low, y, high, y, 2);
        canvas.Mark(Ink.Of(arm), value, y, Marks.Of(arm), Marks.Size(arm));
    }

    private static void Reference(ChartCanvas canvas, double? value, int bands, string name)
    {
        if (value is { } x)
        {
            canvas.Line(Ink.Axis, x, -0.5, x, bands - 0.5, 1, ScottPlot.LinePattern.Dotted);
            // Beside the picture's edge half of the words would be cut off.
            var (style, right) = x > NearEdge ? ("tick end", EdgeRoom) : ("tick middle", 0);
            canvas.Text(x, -0.5, name, style, right, down: -6);
        }
    }
}
