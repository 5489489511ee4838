using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What was to be had without learning anything.</summary>
internal static class BaselineFinding
{
    public static Finding? Of(RunIndex run)
    {
        List<string> scores =
        [
            .. Score(run, ArmIds.Base, "asked with DreamBooth\u2019s own prompts", run.Run.Arms.FirstOrDefault(arm => arm.Id == ArmIds.DreamBooth)?.InstancePrompt),
            .. Score(run, ArmIds.Class, "asked for the class noun", null),
            .. Score(run, ArmIds.Words, "given a description in words", run.Run.Subject.Description),
        ];
        if (scores.Count == 0)
        {
            return null;
        }

        var sentences = new List<string> { $"The untrained model\u2019s subject fidelity is {Notation.Words(scores)}." };
        foreach (var arm in new[] { ArmIds.TextualInversion, ArmIds.DreamBooth })
        {
            if (run.Between(arm, ArmIds.Words, FamilyIds.Pooled) is { } effect)
            {
                sentences.Add(Describe(run.ArmTitle(arm), effect));
            }
        }

        return new Finding("What words alone could do", string.Join(" ", sentences));
    }

    // None or one.
    private static IEnumerable<string> Score(RunIndex run, string arm, string asked, string? words)
    {
        if (run.Row(arm, FamilyIds.Pooled, MetricIds.SubjectFidelity) is { } row)
        {
            yield return $"{Notation.Interval(row)} {asked}{(string.IsNullOrEmpty(words) ? "" : $" (\u201C{words}\u201D)")}";
        }
    }

    private static string Describe(string title, EffectRecord effect) => effect switch
    {
        { ExcludesZero: false } => $"{title} cannot be told from the description ({Notation.Interval(effect)}).",
        { Difference: > 0 } => $"{title} adds {Notation.Magnitude(effect)} to the description\u2019s score.",
        _ => $"{title} falls short of the description by {Notation.Magnitude(effect)}.",
    };
}
