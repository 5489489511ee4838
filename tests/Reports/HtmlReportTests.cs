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
        // Textual Inversion and the class noun cannot be asked for the identifier alone.
        Assert.Equal((SyntheticRun.Default.Families.Count * ArmIds.All.Count) - 2, Image().Count(grid));
        Assert.Equal(2, NotDrawn().Count(grid));
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
        Assert.Equal(7, Chart().Count(page));
        Assert.DoesNotContain("#0A0B", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("font-family=\"", page, StringComparison.Ordinal);
        Assert.Contains("style=\"stroke:var(--arm-db);\"", page, StringComparison.Ordinal);
        Assert.Contains("class=\"band\">F12</text>", page, StringComparison.Ordinal);
        var ids = Id().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Both_judges_come_first_among_the_scores()
    {
        var page = Write(SyntheticRun.Default);
        var places = new[] { "<h3>Subject fidelity <small>", "<h3>DINO-I <small>", "<h3>Joint success <small>", "<h3>Prompt fidelity <small>", "<summary>CLIP-I <small>", "<summary>CLIP-T <small>" }
            .Select(head => page.IndexOf(head, StringComparison.Ordinal)).ToList();
        Assert.All(places, place => Assert.True(place > 0));
        Assert.Equal(places.Order().ToList(), places);
    }

    [Fact]
    public void Each_judge_that_was_asked_has_a_gauge_with_its_own_marks()
    {
        var page = Write(SyntheticRun.Default);
        Assert.Equal(4, Gauge().Count(page));
        Assert.Contains("<small>of the subject\u2019s attributes read back</small>", page, StringComparison.Ordinal);
        Assert.Contains("<small>recognised as this dog (DINO-I)</small>", page, StringComparison.Ordinal);
        Assert.Contains("solid mark: real pictures 0.91, dotted mark: look-alikes 0.32", page, StringComparison.Ordinal);
        Assert.Contains("solid mark: real pictures 0.82, dotted mark: look-alikes 0.07", page, StringComparison.Ordinal);

        var without = WriteWith(summary => summary with { Rows = [.. summary.Rows.Where(row => row.Metric != "dino_i")], Pooled = [.. summary.Pooled.Where(row => row.Metric != "dino_i")] });

        Assert.Equal(2, Gauge().Count(without));
        Assert.DoesNotContain("recognised as this dog", without, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_score_is_written_and_drawn_as_nothing()
    {
        SyntheticRun.Default.Save(_folder);

        var page = WriteWith(summary => summary with
        {
            Pooled = [.. summary.Pooled.Select(row => row is { Arm: "ti", Metric: "dino_i" } ? row with { Value = -0.05, Low = -0.11, High = -0.01 } : row)],
        });

        Assert.Contains("<b>\u22120.05</b> <span>[\u22120.11, \u22120.01]</span>", page, StringComparison.Ordinal);
        Assert.Contains("<i class=\"fill\" style=\"width:0%\"></i><i class=\"whisker\" style=\"left:0%;right:100%\"></i>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_names_its_measure_and_the_units_its_test_flips()
    {
        SyntheticRun.Default.Save(_folder);

        var page = WriteWith(summary => summary with { Effects = [Question("joint_success", 24), Question("subject_fidelity", null)] });

        Assert.Contains("DreamBooth \u2212 Textual Inversion, all subject families, joint success</th><td><b>+0.20</b> <span>[0.10, 0.30]</span></td><td>24</td>", page, StringComparison.Ordinal);
        Assert.Contains("DreamBooth \u2212 Textual Inversion, all subject families</th><td><b>+0.20</b> <span>[0.10, 0.30]</span></td><td>84</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\">units</th>", page, StringComparison.Ordinal);
        Assert.Contains("not for scenes in general", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_that_any_of_the_class_has_are_told_from_the_subjects_own() =>
        Assert.Contains(
            "Class is also right in any plain member of the class, and so are accessory and patch where the subject has none; body and part are the subject\u2019s own.",
            Write(SyntheticRun.Default), StringComparison.Ordinal);

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
        Assert.InRange(page.IndexOf("do not believe the attribute scores below, nor CLIP-I, nor DINO-I.", StringComparison.Ordinal), 0, page.IndexOf("<h1>", StringComparison.Ordinal));
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

    private string WriteWith(Func<SummaryRecord, SummaryRecord> change)
    {
        RunFolder.WriteSummary(_folder, change(RunFolder.Read(_folder).Summary));
        return File.ReadAllText(HtmlReport.Write(RunFolder.Read(_folder)));
    }

    private static EffectRecord Question(string metric, int? units) => new()
    {
        Kind = EffectKind.Arms,
        Family = "all",
        Metric = metric,
        ArmA = "db",
        ArmB = "ti",
        Difference = 0.2,
        Low = 0.1,
        High = 0.3,
        N = 84,
        Units = units,
        ExcludesZero = true,
        P = 0.01,
        PHolm = 0.02,
    };

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Source();

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<img ")]
    private static partial Regex Image();

    [GeneratedRegex("<img [^>]*alt=\"[^\"]+\"")]
    private static partial Regex AlternativeText();

    [GeneratedRegex("<div class=\"gauge\"")]
    private static partial Regex Gauge();

    [GeneratedRegex(">not drawn<")]
    private static partial Regex NotDrawn();

    [GeneratedRegex("<svg class=\"chart\" role=\"img\" aria-label=\"[^\"]+\"")]
    private static partial Regex Chart();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("</?(?<name>[a-zA-Z][a-zA-Z0-9]*)[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex WithoutStyle();
}
