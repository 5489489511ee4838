using System.Globalization;
using Diptych.Reports.Charts;
using Diptych.Reports.Data;

namespace Diptych.Reports.Page;

/// <summary>Means with intervals by family and arm, as a chart and as a table.</summary>
internal static class Scores
{
    private static readonly (string Id, string Title, string Meaning, bool Drawn)[] Measures =
    [
        (MetricIds.SubjectFidelity, "Subject fidelity", "share of the subject\u2019s attributes that the judge reads back from the picture", true),
        (MetricIds.DinoImage, "DINO-I", "mean cosine to the subject\u2019s own pictures, held-out ones where there are any, in the features of a net that was trained to tell individuals from their look-alikes; not taken where the prompt recolours the subject", true),
        (MetricIds.JointSuccess, "Joint success", "share of pictures in which every attribute of the subject and everything the prompt asked for are read back", true),
        (MetricIds.PromptFidelity, "Prompt fidelity", "share of what the prompt asked for besides the subject\u2019s own look, its class included, that the judge reads back", true),
        (MetricIds.ClipImage, "CLIP-I", "mean cosine to the subject\u2019s own pictures in CLIP\u2019s picture features; not taken where the prompt recolours the subject", false),
        (MetricIds.ClipText, "CLIP-T", "cosine to the prompt in CLIP\u2019s features, the subject replaced by its class noun", false),
    ];

    public static string Html(RunIndex run)
    {
        var body = PageFrame.Legend(run.Arms);
        foreach (var (id, title, meaning, drawn) in Measures)
        {
            if (!run.Folder.Summary.Rows.Any(row => row.Metric == id))
            {
                continue;
            }

            var table = Table(run, id, title);
            body += drawn
                ? $"<h3>{title} <small>{meaning}; dots with 95 % intervals</small></h3>{PageFrame.Figure(IntervalChart.Means(run, id, id, $"{title} by kind of prompt and method; the table below holds the numbers"), "")}{table}"
                : $"<details><summary>{title} <small>{meaning}</small></summary>{table}</details>";
        }

        return PageFrame.Section("scores", "Scores", "", body);
    }

    private static string Table(RunIndex run, string metric, string title)
    {
        var heads = string.Concat(run.Arms.Select(arm => $"<th scope=\"col\">{Markup.Swatch(arm.Id)}{Markup.Text(arm.Title)}</th>"));
        var rows = run.Families.Select(family => Row(run, metric, family.Id, $"<b>{Markup.Text(family.Id)}</b> {Markup.Text(family.Title)}"));
        var families = run.Folder.Summary.PooledFamilies.GetValueOrDefault(metric) ?? [];
        var pooled = Row(run, metric, FamilyIds.Pooled, $"<b>Mean</b> of {Markup.Text(Notation.Words(families))}");
        return $"<div class=\"scroll\"><table class=\"numbers\"><caption>{title}: mean and 95 % interval</caption><thead><tr><th scope=\"col\">kind of prompt</th>{heads}</tr></thead><tbody>{string.Concat(rows)}</tbody><tfoot>{pooled}</tfoot></table></div>";
    }

    private static string Row(RunIndex run, string metric, string family, string head)
    {
        var rows = run.Arms.Select(arm => run.Row(arm.Id, family, metric)).ToList();
        return rows.All(row => row is null) ? "" : $"<tr><th scope=\"row\">{head}</th>{string.Concat(rows.Select(Cell))}</tr>";
    }

    private static string Cell(RowRecord? row) => row is null
        ? "<td class=\"quiet\">\u2013</td>"
        : $"<td style=\"--arm:var({Ink.Of(row.Arm).Variable});--value:{Math.Clamp(row.Value, 0, 1).ToString("0.###", CultureInfo.InvariantCulture)}\"><b>{Notation.Number(row.Value)}</b> <span>{Notation.Range(row.Low, row.High)}</span><i class=\"bar\" title=\"n = {row.N}\"></i></td>";
}
