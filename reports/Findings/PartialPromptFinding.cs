using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What happens when the prompt holds only part of the instance prompt.</summary>
internal static class PartialPromptFinding
{
    /// <summary>Partial prompts with the fuller ones they are held against, the central case first.</summary>
    public static IReadOnlyList<(string Family, string Reference)> Drops { get; } =
        [(FamilyIds.NoPrefix, FamilyIds.FullInContext), ("F4", FamilyIds.Full), ("F5", FamilyIds.FullInContext), (FamilyIds.IdentifierOnly, FamilyIds.FullInContext)];

    public static Finding? Of(RunIndex run)
    {
        var sentences = new List<string>();
        var central = Measured(run, family => family == FamilyIds.NoPrefix);
        if (central.Count > 0)
        {
            sentences.Add(Sentence(run, central));
        }

        if (run.Interaction(ArmIds.DreamBooth, ArmIds.TextualInversion, FamilyIds.NoPrefix, FamilyIds.FullInContext) is { } interaction)
        {
            sentences.Add(Interaction(run, interaction));
        }

        var others = Measured(run, family => family is not (FamilyIds.NoPrefix or FamilyIds.IdentifierOnly));
        if (others.Count > 0)
        {
            sentences.Add(Others(run, others));
        }

        var alone = Measured(run, family => family == FamilyIds.IdentifierOnly);
        if (alone.Count > 0)
        {
            sentences.Add(Sentence(run, alone) + Unasked(run, alone));
        }

        return sentences.Count == 0 ? null : new Finding("When the prompt holds only part of the instance prompt", string.Join(" ", sentences));
    }

    private static List<EffectRecord> Measured(RunIndex run, Func<string, bool> isAsked) =>
    [
        .. Drops.Where(drop => isAsked(drop.Family)).SelectMany(drop => RunIndex.Methods.Select(arm => run.Drop(arm, drop.Family, drop.Reference))).OfType<EffectRecord>(),
    ];

    // The drops of one family.
    private static string Sentence(RunIndex run, List<EffectRecord> drops)
    {
        var (family, reference) = (drops[0].Family, drops[0].ReferenceFamily);
        var title = run.Run.Families.FirstOrDefault(record => record.Id == family)?.Title;
        var named = title is null ? family : $"{family}, \u201C{title}\u201D,";
        return $"{named} against {reference}: {Notation.Words([.. drops.Select(drop => Describe(run, drop))])}.";
    }

    private static string Unasked(RunIndex run, List<EffectRecord> alone) =>
        run.Arms.Any(arm => arm.Id == ArmIds.TextualInversion) && alone.All(drop => drop.ArmA != ArmIds.TextualInversion)
            ? $" {run.ArmTitle(ArmIds.TextualInversion)} cannot be asked this: its one word stands for identifier and class noun both."
            : "";

    private static string Describe(RunIndex run, EffectRecord drop)
    {
        var arm = run.ArmTitle(drop.ArmA);
        return drop switch
        {
            // An interval that holds zero is no proof of zero.
            { ExcludesZero: false, Low: <= -0.005 } => $"{arm} changes by {Notation.Interval(drop)} (no loss is shown, one of up to {Notation.Number(-drop.Low)} is not excluded)",
            { ExcludesZero: false } => $"{arm} changes by {Notation.Interval(drop)} (no loss is shown)",
            { Difference: < 0 } => $"{arm} loses {Notation.Magnitude(drop)}",
            _ => $"{arm} gains {Notation.Magnitude(drop)}",
        };
    }

    // Only what excludes zero is told; the chart shows the rest.
    private static string Others(RunIndex run, List<EffectRecord> others)
    {
        var families = Notation.Words([.. others.Select(effect => effect.Family).Distinct()]);
        var found = others.Where(effect => effect.ExcludesZero).ToList();
        var rest = found.Count < others.Count ? " No other interval excludes zero." : "";
        var told = found.Count == 0
            ? $"In the other partial prompts ({families}) no interval excludes zero."
            : $"In the other partial prompts ({families}): {Notation.Words([.. found.Select(effect => $"{Describe(run, effect)} in {effect.Family} against {effect.ReferenceFamily}")])}.{rest}";
        return $"{told} These intervals are not corrected for their number.";
    }

    private static string Interaction(RunIndex run, EffectRecord interaction)
    {
        var (db, ti) = (run.ArmTitle(ArmIds.DreamBooth), run.ArmTitle(ArmIds.TextualInversion));
        return interaction switch
        {
            { ExcludesZero: false } => $"The two methods\u2019 changes cannot be told apart (difference {Notation.Interval(interaction)}).",
            { Difference: < 0 } => $"The missing words cost {db} more than {ti}, by {Notation.Magnitude(interaction)}.",
            _ => $"The missing words cost {ti} more than {db}, by {Notation.Magnitude(interaction)}.",
        };
    }
}
