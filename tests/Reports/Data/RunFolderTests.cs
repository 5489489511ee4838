using System.Text.Json;
using Diptych.Reports;
using Diptych.Reports.Data;

namespace Diptych.Tests.Reports.Data;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_reads_back_as_it_was_written()
    {
        SyntheticRun.Write(_folder);
        var run = RunFolder.Read(_folder);
        SyntheticRun.Copy(Path.Combine(_folder, "again"), run);
        foreach (var file in new[] { "run.json", "images.jsonl", "rows.json", "train/ti/metrics.jsonl" })
        {
            Assert.Equal(File.ReadAllText(Path.Combine(_folder, file)), File.ReadAllText(Path.Combine(_folder, "again", file)));
        }

        Assert.Equal("a photo of a <sks> dog", run.Run.Arms[3].InstancePrompt);
        Assert.Equal(6, run.Run.Arms.Count);
        Assert.Null(run.Run.Arms[0].LearnedRowNorm);
        Assert.Equal(1.15, run.Run.Arms[3].LearnedRowNorm);
        Assert.Null(run.Images.First(image => image.Family == "F1").Metrics["prompt_fidelity"]);
        Assert.False(run.Training.ContainsKey("base"));
        Assert.Equal(SyntheticRun.TrainingSteps, run.Training["ti"].Count);
    }

    [Fact]
    public void Rows_have_the_names_that_the_command_line_promises()
    {
        SyntheticRun.Write(_folder);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "rows.json")));
        var row = json.RootElement.GetProperty("rows")[0];
        Assert.Equal(["arm", "family", "metric", "value", "low", "high", "n"], row.EnumerateObject().Select(p => p.Name));
        var effect = json.RootElement.GetProperty("effects")[0];
        Assert.True(effect.TryGetProperty("excludes_zero", out _));
        Assert.Equal("arms", effect.GetProperty("kind").GetString());
    }

    [Fact]
    public void Writing_leaves_no_temporary_file()
    {
        SyntheticRun.Write(_folder);
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("images.jsonl")]
    [InlineData("rows.json")]
    public void A_missing_file_is_named(string file)
    {
        SyntheticRun.Write(_folder);
        File.Delete(Path.Combine(_folder, file));
        AssertOneLine(Path.Combine(_folder, file), "missing");
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("rows.json")]
    public void An_unknown_version_is_refused_before_anything_else(string file)
    {
        SyntheticRun.Write(_folder);
        File.WriteAllText(Path.Combine(_folder, file), """{"format_version": 99}""");
        AssertOneLine(Path.Combine(_folder, file), "format 99");
    }

    [Theory]
    [InlineData("run.json", "{\"format_version\": 1, \"created\":")]
    [InlineData("run.json", "{\"format_version\": 1}")]
    [InlineData("run.json", "[]")]
    [InlineData("run.json", "{}")]
    [InlineData("rows.json", "{\"format_version\": 1, \"rows\": null}")]
    public void A_record_that_is_not_whole_is_refused(string file, string text)
    {
        SyntheticRun.Write(_folder);
        File.WriteAllText(Path.Combine(_folder, file), text);
        AssertOneLine(Path.Combine(_folder, file));
    }

    [Fact]
    public void A_line_cut_short_is_named_by_number()
    {
        SyntheticRun.Write(_folder);
        var file = Path.Combine(_folder, "images.jsonl");
        var text = File.ReadAllText(file).TrimEnd();
        File.WriteAllText(file, text[..^20]);
        AssertOneLine(file, $"line {text.Split('\n').Length} ");
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named() =>
        Assert.Contains("no-such-run", Assert.Throws<ReportException>(() => RunFolder.Read(Path.Combine(_folder, "no-such-run"))).Message, StringComparison.Ordinal);

    private void AssertOneLine(string file, string words = "")
    {
        var message = Assert.Throws<ReportException>(() => RunFolder.Read(_folder)).Message;
        Assert.StartsWith(file + ":", message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
