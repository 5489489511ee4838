using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>Whether the ordinary class word has come to mean the subject.</summary>
internal static class LeakFinding
{
    public static Finding? Of(RunIndex run)
    {
        var sentences = new List<string>();
        foreach (var arm in new[] { ArmIds.DreamBooth, ArmIds.DreamBoothPrior, ArmIds.TextualInversion })
        {
            if (run.Between(arm, ArmIds.Base, FamilyIds.ClassOnly) is { } leak)
            {
                sentences.Add(Describe(run, arm, leak));
            }
        }

        if (run.Between(ArmIds.DreamBoothPrior, ArmIds.DreamBooth, FamilyIds.ClassOnly) is { ExcludesZero: true } prior)
        {
            sentences.Add($"Prior preservation {(prior.Difference < 0 ? "lowers" : "raises")} the leak by {Notation.Magnitude(prior)}.");
        }

        return sentences.Count == 0
            ? null
            : new Finding($"Whether the word \u201C{run.Run.Subject.ClassNoun}\u201D leaks", $"Asked for the class alone ({FamilyIds.ClassOnly}), and compared with the untrained model: {string.Join(" ", sentences)}");
    }

    private static string Describe(RunIndex run, string arm, EffectRecord leak)
    {
        var title = run.ArmTitle(arm);
        return leak switch
        {
            { Difference: 0, Low: 0, High: 0 } => $"{title} draws pictures that score the same (0.00).",
            { ExcludesZero: true, Difference: > 0 } => $"{title} leaks, its pictures are nearer to the subject by {Notation.Magnitude(leak)}.",
            { ExcludesZero: true } => $"{title} draws pictures farther from the subject by {Notation.Magnitude(leak)}.",
            _ => $"{title} shows no leak that this run could tell from chance ({Notation.Interval(leak)}).",
        };
    }
}
