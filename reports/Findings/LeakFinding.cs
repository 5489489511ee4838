using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>Whether the ordinary class word has come to mean the subject.</summary>
internal static class LeakFinding
{
    public static Finding? Of(RunIndex run)
    {
        var sentences = new List<string>();
        foreach (var arm in RunIndex.Methods)
        {
            if (run.Between(arm, ArmIds.Base, FamilyIds.ClassOnly) is { } leak)
            {
                sentences.Add(Describe(run.ArmTitle(arm), leak, run.Between(arm, ArmIds.Base, FamilyIds.ClassOnly, MetricIds.DinoImage)));
            }
        }

        if (run.Between(ArmIds.DreamBoothPrior, ArmIds.DreamBooth, FamilyIds.ClassOnly) is { ExcludesZero: true } prior)
        {
            sentences.Add($"Prior preservation {(prior.Difference < 0 ? "lowers" : "raises")} the leak by {Notation.Magnitude(prior)}.{Remains(run)}{Price(run)}");
        }

        if (OtherWord(run) is { } control)
        {
            sentences.Add(control);
        }

        return sentences.Count == 0
            ? null
            : new Finding($"Whether the word \u201C{run.Run.Subject.ClassNoun}\u201D leaks", $"Asked for the class alone ({FamilyIds.ClassOnly}), and compared with the untrained model: {string.Join(" ", sentences)}");
    }

    private static string Remains(RunIndex run) =>
        run.Between(ArmIds.DreamBoothPrior, ArmIds.Base, FamilyIds.ClassOnly) is { ExcludesZero: true, Difference: > 0 } left
            ? $" A leak of {Notation.Magnitude(left)} remains."
            : "";

    // A subject that comes with any rare word was not learned by the identifier.
    private static string? OtherWord(RunIndex run)
    {
        var effects = RunIndex.Methods.Select(arm => run.Between(arm, ArmIds.Base, FamilyIds.OtherIdentifier)).OfType<EffectRecord>().ToList();
        return effects.Count == 0 ? null : $"With another rare word in the identifier\u2019s place ({FamilyIds.OtherIdentifier}): {Notation.Words([.. effects.Select(effect => OtherWord(run, effect))])}.";
    }

    private static string OtherWord(RunIndex run, EffectRecord effect) => effect switch
    {
        { ExcludesZero: false } => $"{run.ArmTitle(effect.ArmA)} cannot be told from the untrained model ({Notation.Interval(effect)})",
        { Difference: > 0 } => $"{run.ArmTitle(effect.ArmA)} is nearer to the subject by {Notation.Magnitude(effect)}",
        _ => $"{run.ArmTitle(effect.ArmA)} is farther from the subject by {Notation.Magnitude(effect)}",
    };

    // What prior preservation does to the subject itself.
    private static string Price(RunIndex run) => run.Between(ArmIds.DreamBoothPrior, ArmIds.DreamBooth, FamilyIds.Pooled) switch
    {
        { ExcludesZero: true, Difference: < 0 } cost => $" It costs {Notation.Magnitude(cost)} of subject fidelity.",
        { ExcludesZero: true } gain => $" It adds {Notation.Magnitude(gain)} of subject fidelity.",
        _ => "",
    };

    private static string Describe(string title, EffectRecord leak, EffectRecord? dino)
    {
        var recognised = dino is null ? "" : $"DINO-I {Notation.Interval(dino)}";
        var (alone, beside) = dino is null ? ("", "") : ($" ({recognised})", $"; {recognised}");
        return leak switch
        {
            { Difference: 0, Low: 0, High: 0 } => $"{title} draws pictures that score the same (0.00{beside}).",
            { ExcludesZero: true, Difference: > 0 } => $"{title} leaks, its pictures are nearer to the subject by {Notation.Magnitude(leak)}{alone}.",
            { ExcludesZero: true } => $"{title} draws pictures farther from the subject by {Notation.Magnitude(leak)}{alone}.",
            _ when dino is { ExcludesZero: true, Difference: > 0 } => $"{title} shows no leak by the attributes read back ({Notation.Interval(leak)}), but one by the other judge{alone}.",
            _ => $"{title} shows no leak that this run could tell from chance ({Notation.Interval(leak)}{beside}).",
        };
    }
}
