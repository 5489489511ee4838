using System.Globalization;
using Diptych.Reports.Charts;
using Diptych.Reports.Data;
using Diptych.Reports.Findings;
using Diptych.Reports.Pictures;

namespace Diptych.Reports.Page;

/// <summary>The first screen: the verdict, and the two methods side by side.</summary>
internal static class Opening
{
    private const int References = 6;

    public static string Html(RunIndex run, Verdict verdict)
    {
        var warning = verdict.Warning is null ? "" : $"<p class=\"warning\" role=\"note\"><strong>Out of the model\u2019s world.</strong> {Markup.Text(verdict.Warning)}</p>";
        var findings = string.Concat(verdict.Findings.Select(finding => $"<div><h3>{Markup.Text(finding.Title)}</h3><p>{Markup.Sentences(finding.Text)}</p></div>"));
        return $"""
            <header>
            <p class="masthead"><span class="wordmark"><i></i><i></i>Diptych</span><span>{Markup.Text(run.Run.Subject.Name)} · {Markup.Text(run.Run.Model.Name)} · {run.Run.Created.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}</span></p>
            {warning}
            <h1>{Markup.Text(verdict.Headline)}</h1>
            <p class="verdict">{Markup.Sentences(verdict.Lead)}</p>
            </header>
            {Diptych(run)}
            <section id="findings" aria-label="Findings"><div class="findings">{findings}</div><p class="limits"><strong>Limits.</strong> {Markup.Text(verdict.Limits)}</p></section>

            """;
    }

    // Subject, Textual Inversion, DreamBooth: what was shown, and what the two made of it under one prompt and one noise.
    private static string Diptych(RunIndex run)
    {
        var arms = run.Arms.Where(arm => arm.Id is ArmIds.TextualInversion or ArmIds.DreamBooth).ToList();
        var family = run.Families.FirstOrDefault(record => record.Id == FamilyIds.FullInContext) ?? run.Families.FirstOrDefault(record => FamilyIds.Subject.Contains(record.Id));
        if (arms.Count == 0 || family is null)
        {
            return "";
        }

        var moments = Selection.Spread(run, family.Id, 3);
        var typical = Selection.Typical(run, family.Id);
        IReadOnlyList<Moment> shown = typical is null ? moments : [typical, .. moments.Where(moment => moment != typical).Take(2)];
        var references = string.Concat(run.Run.Subject.References.Take(References).Select((file, i) => Markup.Picture(run.Folder, file, $"Training photo {i + 1} of the {run.Run.Subject.Name}")));
        return $"""
            <section class="diptych" aria-label="The two methods side by side">
            <div class="given"><p>The {run.Run.Subject.References.Count} photos both were given</p><div class="strip">{references}</div></div>
            <div class="panels">{string.Concat(arms.Select(arm => Panel(run, arm, family, shown)))}</div>
            <p class="caption">Family {Markup.Text(family.Id)}, “{Markup.Text(family.Title)}”: the same contexts and the same noise in both panels. The large pair is the one whose scores lie nearest to the arms’ means.</p>
            </section>
            """;
    }

    private static string Panel(RunIndex run, ArmRecord arm, FamilyRecord family, IReadOnlyList<Moment> moments)
    {
        var pictures = string.Concat(moments
            .Select(moment => Selection.At(run, arm.Id, family.Id, moment))
            .OfType<ImageRecord>()
            .Select(image => Markup.Picture(run, image)));
        var score = Score(run, arm.Id, MetricIds.SubjectFidelity, "of the subject\u2019s attributes read back")
            + Score(run, arm.Id, MetricIds.DinoImage, $"recognised as this {run.Run.Subject.ClassNoun} (DINO-I)");
        return $"<article style=\"--arm:var({Ink.Of(arm.Id).Variable})\"><h2>{Markup.Swatch(arm.Id)}{Markup.Text(arm.Title)}</h2><p class=\"method\">{Markup.Text(arm.Method)}</p><div class=\"triptych\">{pictures}</div>{score}</article>";
    }

    // A score on its judge's own scale: from nothing to everything, with what real pictures and others of the class reach marked.
    private static string Score(RunIndex run, string arm, string metric, string meaning)
    {
        if (run.Row(arm, FamilyIds.Pooled, metric) is not { } row)
        {
            return "";
        }

        var (real, others) = run.Range(metric);
        return $"<p class=\"score\"><b>{Notation.Number(row.Value)}</b> <span>{Notation.Range(row.Low, row.High)}</span> <small>{Markup.Text(meaning)}</small></p>"
            + $"<div class=\"gauge\" aria-hidden=\"true\"><i class=\"fill\" style=\"width:{Percent(row.Value)}\"></i><i class=\"whisker\" style=\"left:{Percent(row.Low)};right:{Percent(1 - row.High)}\"></i>{Mark("real", real)}{Mark("others", others)}</div>"
            + Note(real, others);
    }

    private static string Mark(string kind, double? value) => value is { } place ? $"<i class=\"{kind}\" style=\"left:{Percent(place)}\"></i>" : "";

    private static string Note(double? real, double? others)
    {
        (string Name, double? Value)[] marks = [("solid mark: real pictures", real), ("dotted mark: look-alikes", others)];
        var named = marks.Where(mark => mark.Value is not null).Select(mark => $"{mark.Name} {Notation.Number(mark.Value!.Value)}").ToList();
        return named.Count == 0 ? "" : $"<p class=\"gauge-note\">{string.Join(", ", named)}</p>";
    }

    // What is below nothing, as a cosine can be, is drawn as nothing.
    private static string Percent(double value) => (Math.Clamp(value, 0, 1) * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";
}
