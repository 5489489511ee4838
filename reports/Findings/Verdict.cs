using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What a run says, in words. Every sentence is derived from <c>rows.json</c> and <c>run.json</c>.</summary>
/// <param name="Headline">Which method kept the subject better, in one sentence.</param>
/// <param name="Lead">By how much, with the interval.</param>
/// <param name="Findings">The further answers, most important first.</param>
/// <param name="Limits">What the run cannot say.</param>
/// <param name="Warning">A line to read before anything else, or null.</param>
public sealed record Verdict(string Headline, string Lead, IReadOnlyList<Finding> Findings, string Limits, string? Warning)
{
    /// <summary>Derives the words from a run.</summary>
    public static Verdict Of(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var run = new RunIndex(folder);
        Finding?[] findings =
        [
            LearnedFinding.Of(run),
            SubjectFinding.ByFamily(run),
            PartialPromptFinding.Of(run),
            PromptFinding.Of(run),
            LeakFinding.Of(run),
            BaselineFinding.Of(run),
        ];
        var warning = folder.Run.Subject.InWorld
            ? null
            : $"These photos are not from the world that this model and its judges know ({folder.Run.Model.World}). All three judges come from the drawn world: do not believe the attribute scores below, nor CLIP-I, nor DINO-I. Look at the pictures.";
        return new Verdict(SubjectFinding.Headline(run), SubjectFinding.Lead(run), [.. findings.OfType<Finding>()], LimitsFinding.Text(run), warning);
    }
}
