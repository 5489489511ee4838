using System.Text.Json;

namespace Diptych.Tests.Cli;

public sealed class CompareVerbTests
{
    [Fact]
    public void A_tiny_comparison_ends_with_a_report_and_rows_for_every_arm_and_the_report_can_be_drawn_again()
    {
        using var scratch = new ScratchFolder();
        string[] command =
        [
            "compare", "--quick", "--ti-steps", "2", "--db-steps", "2", "--steps", "1", "--num-class-images", "2", "--train-batch-size", "1",
            "--output-dir", scratch["run"], "--json", scratch["rows.json"],
        ];

        var run = CliRun.Of(command);

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains($"report: {scratch["run", "report.html"]}", run.Out, StringComparison.Ordinal);
        var rows = JsonDocument.Parse(File.ReadAllText(scratch["rows.json"])).RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(["base", "class", "db", "db-prior", "ti", "words"], rows.Select(r => r.GetProperty("arm").GetString()!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.True(row.GetProperty("n").GetInt32() > 0 && row.GetProperty("low").GetDouble() <= row.GetProperty("high").GetDouble()));
        Assert.NotEmpty(Directory.GetFiles(scratch["run", "sheets"], "*.png"));

        File.Delete(scratch["run", "report.html"]);
        var again = CliRun.Of("report", scratch["run"]);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(run.Out, again.Out);
        Assert.True(File.Exists(scratch["run", "report.html"]));

        var twice = CliRun.Of(command);
        Assert.Equal(1, twice.Code);
        Assert.Contains("--resume", Assert.Single(twice.ErrorLines), StringComparison.Ordinal);
    }
}
