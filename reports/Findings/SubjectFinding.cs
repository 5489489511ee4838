using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>Which of the two methods kept the subject better.</summary>
internal static class SubjectFinding
{
    public static string Headline(RunIndex run)
    {
        var subject = run.Run.Subject.Name;
        var (db, ti) = (run.ArmTitle(ArmIds.DreamBooth), run.ArmTitle(ArmIds.TextualInversion));
        return Pooled(run) switch
        {
            null => $"Pictures of the {subject}, measured",
            _ when !run.Run.Subject.InWorld => $"The {subject} is outside this model\u2019s world: judge by the pictures",
            { ExcludesZero: true, Difference: > 0 } => $"{db} kept the {subject} better than {ti}",
            { ExcludesZero: true } => $"{ti} kept the {subject} better than {db}",
            _ => $"This run cannot tell {db} and {ti} apart on the {subject}",
        };
    }

    public static string Lead(RunIndex run)
    {
        var effect = Pooled(run);
        var db = run.Row(ArmIds.DreamBooth, FamilyIds.Pooled, MetricIds.SubjectFidelity);
        var ti = run.Row(ArmIds.TextualInversion, FamilyIds.Pooled, MetricIds.SubjectFidelity);
        if (effect is null || db is null || ti is null)
        {
            return "Not both methods were drawn, so there is no difference between them to report.";
        }

        var ahead = effect.Difference >= 0;
        var (first, second) = ahead ? (db, ti) : (ti, db);
        var tail = effect.ExcludesZero ? "" : ". The interval holds zero";
        return $"Over {run.PooledFamilies.Count} kinds of prompt that ask for the subject, {run.ArmTitle(first.Arm)} kept {Notation.Interval(first)} of its attributes and "
            + $"{run.ArmTitle(second.Arm)} {Notation.Interval(second)}: a difference of {Notation.Magnitude(effect)}{tail}.";
    }

    /// <summary>In which families the difference can be told from chance.</summary>
    public static Finding? ByFamily(RunIndex run)
    {
        var effects = run.Families
            .Where(family => FamilyIds.Subject.Contains(family.Id))
            .Select(family => run.Between(ArmIds.DreamBooth, ArmIds.TextualInversion, family.Id))
            .OfType<EffectRecord>().ToList();
        if (effects.Count == 0)
        {
            return null;
        }

        var (db, ti) = (run.ArmTitle(ArmIds.DreamBooth), run.ArmTitle(ArmIds.TextualInversion));
        var sentences = new List<string>();
        Tell(sentences, effects.Where(effect => effect.ExcludesZero && effect.Difference > 0), $"{db} is ahead, with an interval that excludes zero, in");
        Tell(sentences, effects.Where(effect => effect.ExcludesZero && effect.Difference < 0), $"{ti} is ahead, with an interval that excludes zero, in");
        Tell(sentences, effects.Where(effect => !effect.ExcludesZero), "The interval does not exclude zero in");
        return new Finding("Prompt by prompt", string.Join(" ", sentences));
    }

    private static EffectRecord? Pooled(RunIndex run) => run.Between(ArmIds.DreamBooth, ArmIds.TextualInversion, FamilyIds.Pooled);

    private static void Tell(List<string> sentences, IEnumerable<EffectRecord> effects, string beginning)
    {
        var named = effects.Select(effect => $"{effect.Family} ({Notation.Signed(effect.Difference)})").ToList();
        if (named.Count > 0)
        {
            sentences.Add($"{beginning} {Notation.Words(named)}.");
        }
    }
}
