using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What happens when the prompt holds only part of the instance prompt.</summary>
internal static class PartialPromptFinding
{
    /// <summary>Partial prompts with the fuller ones they are held against, the central case first.</summary>
    public static IReadOnlyList<(string Family, string Reference)> Drops { get; } =
        [(FamilyIds.NoPrefix, FamilyIds.FullInContext), ("F4", FamilyIds.Full), ("F5", FamilyIds.FullInContext), ("F11", FamilyIds.FullInContext), ("F11", FamilyIds.Full)];

    private static readonly string[] Trained = [ArmIds.DreamBooth, ArmIds.DreamBoothPrior, ArmIds.TextualInversion];

    public static Finding? Of(RunIndex run)
    {
        var sentences = new List<string>();
        var central = Trained.Select(arm => run.Drop(arm, FamilyIds.NoPrefix, FamilyIds.FullInContext)).OfType<EffectRecord>().ToList();
        if (central.Count > 0)
        {
            sentences.Add(Sentence(run, FamilyIds.NoPrefix, FamilyIds.FullInContext, central));
        }

        if (run.Interaction(ArmIds.DreamBooth, ArmIds.TextualInversion, FamilyIds.NoPrefix, FamilyIds.FullInContext) is { } interaction)
        {
            sentences.Add(Interaction(run, interaction));
        }

        var others = Drops.Where(drop => drop.Family != FamilyIds.NoPrefix)
            .SelectMany(drop => Trained.Select(arm => run.Drop(arm, drop.Family, drop.Reference))).OfType<EffectRecord>().ToList();
        if (others.Count > 0)
        {
            sentences.Add(Others(run, others));
        }

        return sentences.Count == 0 ? null : new Finding("When the prompt holds only part of the instance prompt", string.Join(" ", sentences));
    }

    private static string Sentence(RunIndex run, string family, string reference, IReadOnlyList<EffectRecord> drops)
    {
        var title = run.Run.Families.FirstOrDefault(record => record.Id == family)?.Title;
        var named = title is null ? family : $"{family}, \u201C{title}\u201D,";
        return $"{named} against {reference}: {Notation.Words([.. drops.Select(drop => Describe(run, drop))])}.";
    }

    private static string Describe(RunIndex run, EffectRecord drop)
    {
        var arm = run.ArmTitle(drop.ArmA);
        return drop switch
        {
            { ExcludesZero: false } => $"{arm} changes by {Notation.Interval(drop)}, which holds zero",
            { Difference: < 0 } => $"{arm} loses {Notation.Magnitude(drop)}",
            _ => $"{arm} gains {Notation.Magnitude(drop)}",
        };
    }

    // Only what can be told from chance is told; the chart shows the rest.
    private static string Others(RunIndex run, List<EffectRecord> others)
    {
        var families = Notation.Words([.. others.Select(effect => effect.Family).Distinct()]);
        var found = others.Where(effect => effect.ExcludesZero).ToList();
        var rest = found.Count < others.Count ? " No other change could be told from chance." : "";
        return found.Count == 0
            ? $"In the other partial prompts ({families}) no change could be told from chance."
            : $"In the other partial prompts ({families}): {Notation.Words([.. found.Select(effect => $"{Describe(run, effect)} in {effect.Family} against {effect.ReferenceFamily}")])}.{rest}";
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
