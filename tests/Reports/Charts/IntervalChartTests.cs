using Diptych.Reports;
using Diptych.Reports.Charts;
using Diptych.Reports.Data;

namespace Diptych.Tests.Reports.Charts;

public sealed class IntervalChartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-intervals-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_axis_begins_below_the_lowest_interval()
    {
        var svg = Means([new RowRecord("ti", "F1", "dino_i", -0.1, -0.25, 0.05, 8), new RowRecord("db", "F1", "dino_i", 0.7, 0.6, 0.8, 8)], new CeilingRecord());
        Assert.All(new[] { "\u22120.4", "\u22120.2", "0", "0.2", "1" }, tick => Assert.Contains($">{tick}</text>", svg, StringComparison.Ordinal));
    }

    [Fact]
    public void The_axis_begins_below_the_look_alikes_too()
    {
        RowRecord[] rows = [new RowRecord("db", "F1", "dino_i", 0.7, 0.6, 0.8, 8)];
        var svg = Means(rows, new CeilingRecord { HeldOutDino = 0.8, LookAlikeDino = -0.06 });
        Assert.Contains(">\u22120.2</text>", svg, StringComparison.Ordinal);
        Assert.Contains(">look-alikes</text>", svg, StringComparison.Ordinal);
        Assert.Contains(">real pictures</text>", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_negative_values_the_axis_begins_at_zero()
    {
        var svg = Means([new RowRecord("db", "F1", "dino_i", 0.1, 0, 0.2, 8)], new CeilingRecord { HeldOut = 0.9 });
        Assert.DoesNotContain("\u2212", svg, StringComparison.Ordinal);
        Assert.Contains(">0</text>", svg, StringComparison.Ordinal);
        // The other judge's ceiling is none of this chart's.
        Assert.DoesNotContain("real pictures", svg, StringComparison.Ordinal);
    }

    private string Means(IReadOnlyList<RowRecord> rows, CeilingRecord ceilings)
    {
        SyntheticRun.Write(_folder);
        var run = RunFolder.Read(_folder);
        RunFolder.WriteRun(_folder, run.Run with { Ceilings = ceilings });
        RunFolder.WriteSummary(_folder, run.Summary with { Rows = rows, Pooled = [] });
        return IntervalChart.Means(new RunIndex(RunFolder.Read(_folder)), "dino_i", "dino", "label");
    }
}
