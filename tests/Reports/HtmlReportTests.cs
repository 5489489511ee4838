using System.Text.RegularExpressions;
using Diptych.Comparison.Statistics;
using Diptych.Reports;
using Diptych.Reports.Data;

namespace Diptych.Tests.Reports;

public sealed partial class HtmlReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_page_needs_nothing_outside_itself()
    {
        var page = Write(SyntheticRun.Default);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.All(Source().Matches(page), source => Assert.StartsWith("data:image/", source.Groups[1].Value, StringComparison.Ordinal));
        Assert.All(Reference().Matches(page), reference => Assert.StartsWith("#", reference.Groups[1].Value, StringComparison.Ordinal));
    }

    [Fact]
    public void The_verdict_stands_before_pictures_tables_and_charts()
    {
        var page = Write(SyntheticRun.Default);
        var verdict = page.IndexOf("DreamBooth kept the off-palette dog better than Textual Inversion</h1>", StringComparison.Ordinal);
        Assert.True(verdict > 0);
        foreach (var later in new[] { "<img", "<table", "class=\"chart\"" })
        {
            Assert.True(page.IndexOf(later, StringComparison.Ordinal) > verdict, later);
        }
    }

    [Fact]
    public void Every_arm_and_family_has_its_interval_in_the_table()
    {
        var page = Write(SyntheticRun.Default);
        var summary = RunFolder.Read(_folder).Summary;
        foreach (var row in summary.Rows.Where(row => row.Metric == "subject_fidelity"))
        {
            Assert.Contains($"<b>{row.Value:F2}</b> <span>[{row.Low:F2}, {row.High:F2}]</span>", page, StringComparison.Ordinal);
        }

        Assert.All(SyntheticRun.Default.Families, family => Assert.Contains($"<b>{family}</b> Title of {family}", page, StringComparison.Ordinal));
        Assert.All(RunFolder.Read(_folder).Run.Arms, arm => Assert.Contains($"<span class=\"wide\">{arm.Title}</span>", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_picture_of_the_grid_is_embedded_with_its_prompt_as_alternative_text()
    {
        var page = Write(SyntheticRun.Default);
        var grid = page[page.IndexOf("id=\"pictures\"", StringComparison.Ordinal)..page.IndexOf("id=\"scores\"", StringComparison.Ordinal)];
        Assert.Equal(SyntheticRun.Default.Families.Count * ArmIds.All.Count, Image().Count(grid));
        Assert.Equal(Image().Count(page), AlternativeText().Count(page));
    }

    [Fact]
    public void Prompts_are_text_not_markup()
    {
        var page = Write(SyntheticRun.Default);
        Assert.DoesNotContain("<sks>", page, StringComparison.Ordinal);
        Assert.Contains("a photo of a &lt;sks&gt; dog", page, StringComparison.Ordinal);
        Assert.Contains("877 12 40 7 879 55 878", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_are_drawn_in_the_style_sheets_colours_with_words_of_their_own()
    {
        var page = Write(SyntheticRun.Default);
        Assert.Equal(5, Chart().Count(page));
        Assert.DoesNotContain("#0A0B", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("font-family=\"", page, StringComparison.Ordinal);
        Assert.Contains("style=\"stroke:var(--arm-db);\"", page, StringComparison.Ordinal);
        Assert.Contains("class=\"band\">F12</text>", page, StringComparison.Ordinal);
        var ids = Id().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Tags_are_balanced()
    {
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(WithoutStyle().Replace(Write(SyntheticRun.Default), "")))
        {
            var name = tag.Groups["name"].Value;
            if (name is "img" or "meta" || tag.Value.EndsWith("/>", StringComparison.Ordinal))
            {
                continue;
            }

            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(open.Pop(), name);
            }
            else
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
    }

    [Fact]
    public void A_run_from_outside_the_world_says_so_first()
    {
        var page = Write(SyntheticRun.Default with { InWorld = false });
        Assert.True(page.IndexOf("do not believe the attribute scores", StringComparison.Ordinal) < page.IndexOf("<h1>", StringComparison.Ordinal));
        Assert.Contains("judge by the pictures</h1>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("do not believe", Write(SyntheticRun.Default), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_arms_and_one_family_make_a_page_too()
    {
        SyntheticRun.Default.Save(_folder);
        var run = RunFolder.Read(_folder);
        var images = run.Images.Where(image => image.Arm is "base" or "ti" && image.Family == "F1").ToList();
        RunFolder.WriteImages(_folder, images);
        RunFolder.WriteSummary(_folder, CellSummary.Summarize(images, seed: 1, resamples: 50));
        RunFolder.WriteRun(_folder, run.Run with { Arms = [.. run.Run.Arms.Where(arm => arm.Id is "base" or "ti")], Ceilings = new CeilingRecord() });
        var page = File.ReadAllText(HtmlReport.Write(RunFolder.Read(_folder)));
        Assert.Contains("Not both methods were drawn", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_picture_is_named_and_no_page_is_left()
    {
        SyntheticRun.Default.Save(_folder);
        Directory.Delete(Path.Combine(_folder, "images/ti"), recursive: true);
        var message = Assert.Throws<ReportException>(() => HtmlReport.Write(RunFolder.Read(_folder))).Message;
        Assert.Contains("images/ti/0-", message, StringComparison.Ordinal);
        Assert.Contains("missing", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.False(File.Exists(Path.Combine(_folder, "report.html")));
    }

    [Fact]
    public void A_file_that_is_no_picture_and_a_path_out_of_the_folder_are_named()
    {
        SyntheticRun.Default.Save(_folder);
        File.WriteAllText(Path.Combine(_folder, "subject/references/00.png"), "not a picture");
        Assert.Contains("00.png: is not a picture", Assert.Throws<ReportException>(() => HtmlReport.Write(RunFolder.Read(_folder))).Message, StringComparison.Ordinal);
        var run = RunFolder.Read(_folder);
        RunFolder.WriteRun(_folder, run.Run with { Subject = run.Run.Subject with { References = ["../elsewhere.png"] } });
        Assert.Contains("outside the run folder", Assert.Throws<ReportException>(() => HtmlReport.Write(RunFolder.Read(_folder))).Message, StringComparison.Ordinal);
    }

    private string Write(SyntheticRun run)
    {
        run.Save(_folder);
        return File.ReadAllText(HtmlReport.Write(RunFolder.Read(_folder)));
    }

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Source();

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<img ")]
    private static partial Regex Image();

    [GeneratedRegex("<img [^>]*alt=\"[^\"]+\"")]
    private static partial Regex AlternativeText();

    [GeneratedRegex("<svg class=\"chart\" role=\"img\" aria-label=\"[^\"]+\"")]
    private static partial Regex Chart();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("</?(?<name>[a-zA-Z][a-zA-Z0-9]*)[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex WithoutStyle();
}
