using Diptych.Reports.Charts;
using Diptych.Reports.Data;
using Diptych.Reports.Findings;

namespace Diptych.Reports.Page;

/// <summary>What partial prompts cost, and the questions fixed before the run.</summary>
internal static class PartialPrompts
{
    public static string Html(RunIndex run)
    {
        var chart = IntervalChart.Drops(run, PartialPromptFinding.Drops, "drops", "Change of subject fidelity when the prompt holds only part of the instance prompt");
        var body = chart is null
            ? ""
            : PageFrame.Legend(run.Arms.Where(arm => ArmIds.IsTrained(arm.Id)))
                + PageFrame.Figure(chart, "Change of subject fidelity against the fuller prompt, on the same contexts and noise. Left of zero: the subject is lost.");
        return chart is null && Questions(run).Length == 0
            ? ""
            : PageFrame.Section("partial", "When the prompt holds only part of the instance prompt", "", body + Questions(run));
    }

    private static string Questions(RunIndex run)
    {
        var primary = run.Folder.Summary.Effects.Where(effect => effect.PHolm is not null).ToList();
        if (primary.Count == 0)
        {
            return "";
        }

        var rows = primary.Select(effect => $"<tr><th scope=\"row\">{Markup.Text(Question(run, effect))}</th><td><b>{Notation.Signed(effect.Difference)}</b> <span>{Notation.Range(effect.Low, effect.High)}</span></td><td>{effect.Units ?? effect.N}</td><td>{Markup.Text(Notation.P(effect.P!.Value))}</td><td>{Markup.Text(Notation.P(effect.PHolm!.Value))}</td></tr>");
        return "<h3>The questions fixed before the run <small>paired differences, of subject fidelity where no other measure is named; sign-flip p, and p after Holm\u2019s correction over these questions</small></h3>"
            + "<div class=\"scroll\"><table class=\"numbers plain\"><thead><tr><th scope=\"col\">question</th><th scope=\"col\">difference</th><th scope=\"col\">units</th><th scope=\"col\">p</th><th scope=\"col\">p (Holm)</th></tr></thead>"
            + $"<tbody>{string.Concat(rows)}</tbody></table></div>"
            + "<p class=\"caption\">Signs are flipped over these units (initial noises in their scenes, or scenes where there are six or more): the p holds for the scenes asked, not for scenes in general.</p>";
    }

    private static string Question(RunIndex run, EffectRecord effect)
    {
        var (a, b) = (run.ArmTitle(effect.ArmA), run.ArmTitle(effect.ArmB));
        var where = effect.Family switch
        {
            FamilyIds.Pooled => "all subject families",
            FamilyIds.ClassOnly => $"{FamilyIds.ClassOnly}, class word only",
            _ => effect.Family,
        };
        var question = effect.Kind switch
        {
            EffectKind.Families => $"{a}: {effect.Family} \u2212 {effect.ReferenceFamily}",
            EffectKind.Interaction => $"[{effect.Family} \u2212 {effect.ReferenceFamily}] {a} \u2212 [{effect.Family} \u2212 {effect.ReferenceFamily}] {b}",
            _ => $"{a} \u2212 {b}, {where}",
        };
        return question + Measure(effect.Metric);
    }

    private static string Measure(string metric) => metric switch
    {
        MetricIds.SubjectFidelity => "",
        MetricIds.JointSuccess => ", joint success",
        MetricIds.PromptFidelity => ", prompt fidelity",
        _ => $", {metric}",
    };
}
