using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>Whether the rest of the prompt is still obeyed: the price of keeping the subject.</summary>
internal static class PromptFinding
{
    public static Finding? Of(RunIndex run)
    {
        var effect = run.Between(ArmIds.DreamBooth, ArmIds.TextualInversion, FamilyIds.Pooled, MetricIds.PromptFidelity);
        var db = run.Row(ArmIds.DreamBooth, FamilyIds.Pooled, MetricIds.PromptFidelity);
        var ti = run.Row(ArmIds.TextualInversion, FamilyIds.Pooled, MetricIds.PromptFidelity);
        if (effect is null || db is null || ti is null)
        {
            return null;
        }

        var (dbTitle, tiTitle) = (run.ArmTitle(db.Arm), run.ArmTitle(ti.Arm));
        var comparison = effect switch
        {
            { ExcludesZero: false } => $"The difference, {Notation.Interval(effect)}, holds zero.",
            { Difference: > 0 } => $"{dbTitle} is the more obedient by {Notation.Magnitude(effect)}.",
            _ => $"{tiTitle} is the more obedient by {Notation.Magnitude(effect)}.",
        };
        var baseline = run.Row(ArmIds.Base, FamilyIds.Pooled, MetricIds.PromptFidelity) is { } row
            ? $" ({run.ArmTitle(ArmIds.Base)}, which knows no subject: {Notation.Interval(row)})"
            : "";
        return new Finding(
            "Whether the rest of the prompt is obeyed",
            $"Of what the prompts asked for besides the subject\u2019s own look, {dbTitle} drew {Notation.Interval(db)} and {tiTitle} {Notation.Interval(ti)}{baseline}. {comparison}{Gap(run, effect)}");
    }

    // A mean over kinds of prompt can come from one of them.
    private static string Gap(RunIndex run, EffectRecord pooled)
    {
        var families = run.Families.Where(family => FamilyIds.Subject.Contains(family.Id))
            .Select(family => run.Between(ArmIds.DreamBooth, ArmIds.TextualInversion, family.Id, MetricIds.PromptFidelity)).OfType<EffectRecord>()
            .Where(effect => effect.ExcludesZero)
            .Select(effect => $"{effect.Family} ({Notation.Signed(effect.Difference)})").ToList();
        return families.Count == 0 ? ""
            : pooled.ExcludesZero ? $" The gap is made in {Notation.Words(families)}."
            : $" The two do differ in {Notation.Words(families)}.";
    }
}
