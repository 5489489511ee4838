using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What was to be had without learning anything.</summary>
internal static class BaselineFinding
{
    public static Finding? Of(RunIndex run)
    {
        var words = run.Row(ArmIds.Words, FamilyIds.Pooled, MetricIds.SubjectFidelity);
        var bare = run.Row(ArmIds.Base, FamilyIds.Pooled, MetricIds.SubjectFidelity);
        if (bare is null)
        {
            return null;
        }

        var sentences = new List<string> { $"The untrained model, asked for the class, scores {Notation.Interval(bare)}." };
        if (words is not null)
        {
            var description = run.Run.Subject.Description is { Length: > 0 } text ? $"Described in words (\u201C{text}\u201D)" : "Described in words";
            sentences.Add($"{description}, it scores {Notation.Interval(words)}.");
        }

        foreach (var arm in new[] { ArmIds.TextualInversion, ArmIds.DreamBooth })
        {
            if (run.Between(arm, ArmIds.Words, FamilyIds.Pooled) is { } effect)
            {
                sentences.Add(Describe(run.ArmTitle(arm), effect));
            }
        }

        return new Finding("What words alone could do", string.Join(" ", sentences));
    }

    private static string Describe(string title, EffectRecord effect) => effect switch
    {
        { ExcludesZero: false } => $"{title} cannot be told from that ({Notation.Interval(effect)}).",
        { Difference: > 0 } => $"{title} adds {Notation.Magnitude(effect)}.",
        _ => $"{title} falls short of that by {Notation.Magnitude(effect)}.",
    };
}
