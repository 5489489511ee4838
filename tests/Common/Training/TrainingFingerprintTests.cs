using Diptych.Common.Training;

namespace Diptych.Tests.Common.Training;

public sealed class TrainingFingerprintTests
{
    private static readonly TrainingOptions Options = new() { LrScheduler = "cosine" };

    [Fact]
    public void Of_two_records_the_property_that_differs_is_named()
    {
        Assert.Equal("max-train-steps was 500 and is 1000", Difference(Options with { MaxTrainSteps = 1000 }));
        Assert.Equal("max-grad-norm was nothing and is 1", Difference(Options with { MaxGradNorm = 1 }));
        Assert.Equal("epsilon was 1E-08 and is 1E-06", Difference(Options with { Adam = new AdamWOptions { Epsilon = 1e-6 } }));
        Assert.Equal("parity was False and is True", Difference(Options with { Parity = true }));
    }

    [Theory]
    [InlineData(null, "a1", "photos was absent and is a1")]
    [InlineData("b2", "a1", "photos was b2 and is a1")]
    [InlineData("x { Prompt = a, b }", "x { Prompt = a, c }", "photos was x { Prompt = a, b } and is x { Prompt = a, c }")]
    [InlineData("x { A = 1, B = 2 }", "x { A = 1 }", "photos was x { A = 1, B = 2 } and is x { A = 1 }")]
    public void What_is_not_a_record_or_not_of_the_same_shape_is_told_whole(string? before, string now, string expected) =>
        Assert.Equal(expected, TrainingFingerprint.Difference("photos", before, now));

    [Theory]
    [InlineData("constant", false)]
    [InlineData("constant_with_warmup", false)]
    [InlineData("cosine", true)]
    [InlineData("linear", true)]
    public void The_length_counts_under_a_schedule_that_knows_the_end(string schedule, bool counts)
    {
        var options = Options with { LrScheduler = schedule };

        Assert.Equal(counts, TrainingFingerprint.DependsOnLength(schedule));
        Assert.Equal(counts, TrainingFingerprint.Of(options) != TrainingFingerprint.Of(options with { MaxTrainSteps = 3 }));
    }

    private static string Difference(TrainingOptions now) => TrainingFingerprint.Difference("options", Options.ToString(), now.ToString());
}
