using Diptych.Lab.Judges;
using Diptych.Lab.Prompts;

namespace Diptych.Tests.Lab.Prompts;

public class PromptFidelityTests
{
    private static readonly OracleReading Reading = Readings.Of(
        new Readings.Seen((OracleHeads.Scene, "beach"), (OracleHeads.Style, "poster"), (OracleHeads.Class, "dog")),
        new Readings.Seen((OracleHeads.Scene, "moon"), (OracleHeads.Style, "poster"), (OracleHeads.Class, "cat")));

    [Fact]
    public void The_share_of_demands_seen_is_taken_per_picture() =>
        Assert.Equal([1.0, 1.0 / 3], PromptFidelity.Score(Reading, PromptTruth.Parse("a poster of a dog on the beach")));

    [Fact]
    public void A_prompt_that_asks_for_nothing_counts_for_nothing() =>
        Assert.Equal([null, null], PromptFidelity.Score(Reading, PromptTruth.Parse("sks")));
}
