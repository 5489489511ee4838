using Diptych.Comparison.Statistics;
using Diptych.Reports;
using Diptych.Reports.Data;
using Diptych.Reports.Pictures;

namespace Diptych.Tests.Reports.Pictures;

public sealed class SelectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-selection-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_row_shown_is_nearest_to_the_means_not_the_best()
    {
        var run = With([("ti", 0, 0.2), ("ti", 1, 0.5), ("ti", 2, 0.8), ("db", 0, 0.9), ("db", 1, 0.7), ("db", 2, 0.5)]);
        Assert.Equal(new Moment("", 1), Selection.Typical(run, "F1"));
    }

    [Fact]
    public void Rows_lacking_an_arm_are_not_shown()
    {
        var run = With([("ti", 0, 0.5), ("db", 0, 0.5), ("db", 1, 0.5)]);
        Assert.Equal([new Moment("", 0)], Selection.Spread(run, "F1", 5));
        Assert.Null(Selection.Typical(run, "F2"));
    }

    [Fact]
    public void Further_rows_visit_every_context_before_a_second_noise()
    {
        SyntheticRun.Write(_folder);
        var moments = Selection.Spread(new RunIndex(RunFolder.Read(_folder)), "F2", 5);
        Assert.Equal(4, moments.Take(4).Select(moment => moment.Context).Distinct().Count());
        Assert.Equal([0, 0, 0, 0, 1], moments.Select(moment => moment.SeedIndex));
    }

    private RunIndex With(IEnumerable<(string Arm, int Seed, double Value)> pictures)
    {
        SyntheticRun.Write(_folder);
        var template = RunFolder.Read(_folder).Images[0];
        var images = pictures.Select(picture => template with
        {
            Arm = picture.Arm,
            SeedIndex = picture.Seed,
            Metrics = new Dictionary<string, double?> { ["subject_fidelity"] = picture.Value },
        }).ToList();
        RunFolder.WriteImages(_folder, images);
        RunFolder.WriteSummary(_folder, CellSummary.Summarize(images, seed: 1, resamples: 20));
        return new RunIndex(RunFolder.Read(_folder));
    }
}
