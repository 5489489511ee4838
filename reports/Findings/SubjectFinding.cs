using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>Which of the two methods kept the subject better, by the attributes read back and by the net that recognises individuals.</summary>
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
            { ExcludesZero: true } attributes when Pooled(run, MetricIds.DinoImage) is { ExcludesZero: true } dino && !SameOrder(attributes, dino) => $"The judges disagree about {db} and {ti} on the {subject}",
            { ExcludesZero: true, Difference: > 0 } => $"{db} kept the {subject} better than {ti}",
            { ExcludesZero: true } => $"{ti} kept the {subject} better than {db}",
            _ => $"This run cannot tell {db} and {ti} apart on the {subject}",
        };
    }

    public static string Lead(RunIndex run)
    {
        if (Standing.Of(run, MetricIds.SubjectFidelity) is not { } attributes)
        {
            return "Not both methods were drawn, so there is no difference between them to report.";
        }

        if (!run.Run.Subject.InWorld)
        {
            return "No judge has seen its like, so no number is given here. What can be compared by eye: the pictures of both methods, drawn from the same kinds of prompt and the same noise, "
                + "against the photos both were given. Look for the shape, the colours and the marks of the photos, and for what the prompt asked besides.";
        }

        return Standing.Of(run, MetricIds.DinoImage) is { } dino ? $"{ByAttributes(run, attributes)} {ByRecognition(run, attributes.Effect, dino)}" : ByAttributes(run, attributes);
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

    private static string ByAttributes(RunIndex run, Standing standing)
    {
        var (effect, first, second) = standing;
        var tail = effect.ExcludesZero ? "" : ". The interval holds zero";
        return $"Over {run.PooledFamilies().Count} kinds of prompt that ask for the subject, {run.ArmTitle(first.Arm)} had {Notation.Interval(first)} of the subject\u2019s attributes read back and "
            + $"{run.ArmTitle(second.Arm)} {Notation.Interval(second)}: a difference of {Notation.Magnitude(effect)}{tail}.";
    }

    private static string ByRecognition(RunIndex run, EffectRecord attributes, Standing standing)
    {
        var (dino, first, second) = standing;
        if (!SameOrder(attributes, dino) || attributes.ExcludesZero != dino.ExcludesZero)
        {
            return $"The two judges do not agree: by attributes read back, {run.ArmTitle(ArmIds.DreamBooth)} minus {run.ArmTitle(ArmIds.TextualInversion)} is {Told(attributes)}; by a net that recognises individuals (DINO-I) it is {Told(dino)}.";
        }

        // Likeness is not taken where a prompt recolours the subject.
        var kinds = run.PooledFamilies(MetricIds.DinoImage).Count;
        var over = kinds == run.PooledFamilies().Count ? "" : $", over {kinds} of them";
        var tail = dino.ExcludesZero ? "" : ", and that interval holds zero too";
        return $"A net that recognises individuals (DINO-I{over}) gives the same order, {Notation.Interval(first)} and {Notation.Interval(second)}: a difference of {Notation.Magnitude(dino)}{tail}.";
    }

    private static string Told(EffectRecord effect) => effect.ExcludesZero ? Notation.Interval(effect) : $"{Notation.Interval(effect)}, which holds zero";

    private static bool SameOrder(EffectRecord one, EffectRecord other) => (one.Difference >= 0) == (other.Difference >= 0);

    private static EffectRecord? Pooled(RunIndex run, string metric = MetricIds.SubjectFidelity) => run.Between(ArmIds.DreamBooth, ArmIds.TextualInversion, FamilyIds.Pooled, metric);

    private static void Tell(List<string> sentences, IEnumerable<EffectRecord> effects, string beginning)
    {
        var named = effects.Select(effect => $"{effect.Family} ({Notation.Signed(effect.Difference)})").ToList();
        if (named.Count > 0)
        {
            sentences.Add($"{beginning} {Notation.Words(named)}.");
        }
    }

    // DreamBooth minus Textual Inversion by one judge, and the two with the one ahead first.
    private sealed record Standing(EffectRecord Effect, RowRecord First, RowRecord Second)
    {
        public static Standing? Of(RunIndex run, string metric)
        {
            var effect = Pooled(run, metric);
            var db = run.Row(ArmIds.DreamBooth, FamilyIds.Pooled, metric);
            var ti = run.Row(ArmIds.TextualInversion, FamilyIds.Pooled, metric);
            return effect is null || db is null || ti is null ? null
                : effect.Difference >= 0 ? new Standing(effect, db, ti) : new Standing(effect, ti, db);
        }
    }
}
