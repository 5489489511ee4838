using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Diptych.Common;
using Diptych.Common.Training;

namespace Diptych.Tests.Common.Training;

public sealed partial class LearningRateScheduleTests
{
    public static TheoryData<string> Names => [.. LearningRateSchedule.Known];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_has_the_reference_factor(string name) => Check(Fixtures.Golden("learning-rates.json"), name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_has_the_shared_reference_factor(string name) => Check(Fixtures.Require("fixtures", "learning-rates.json"), name);

    [Theory]
    [InlineData("linear", 0)]
    [InlineData("cosine", 1)]
    [InlineData("cosine_with_restarts", 1)]
    [InlineData("polynomial", 1)]
    public void A_run_that_is_all_warm_up_divides_by_nothing(string name, double last)
    {
        var schedule = LearningRateSchedule.Parse(name, 4, 4);
        Assert.Equal([0, .25, .5, .75, last], Enumerable.Range(0, 5).Select(schedule.At));
    }

    [Fact]
    public void The_polynomial_ends_at_a_rate_not_at_a_share()
    {
        var schedule = LearningRateSchedule.Parse("polynomial", 0, 10, rate: 1e-4);
        Assert.Equal(1e-7, schedule.At(10) * 1e-4, 1e-15);
        Assert.Equal(1e-7 + (1e-4 - 1e-7) / 2, schedule.At(5) * 1e-4, 1e-15);
    }

    [Theory]
    [InlineData("cosin", 0, 10, 1, 1, null, "constant_with_warmup")]
    [InlineData("linear", -1, 10, 1, 1, null, "--lr-warmup-steps")]
    [InlineData("linear", 0, -1, 1, 1, null, "--max-train-steps")]
    [InlineData("cosine_with_restarts", 0, 10, 0, 1, null, "--lr-num-cycles")]
    [InlineData("polynomial", 0, 10, 1, 0, null, "--lr-power")]
    [InlineData("piecewise_constant", 0, 10, 1, 1, null, "1:10,0.1:20,0.01")]
    [InlineData("piecewise_constant", 0, 10, 1, 1, "1:10,x", "1:10,x")]
    [InlineData("piecewise_constant", 0, 10, 1, 1, "1,0.1", "1,0.1")]
    [InlineData("piecewise_constant", 0, 10, 1, 1, "1:a,0.1", "1:a,0.1")]
    public void What_makes_no_sense_is_refused_by_name(string name, int warmup, int total, int cycles, double power, string? rules, string named)
    {
        var error = Assert.Throws<DiptychException>(() => LearningRateSchedule.Parse(name, warmup, total, cycles, power, 1, rules));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_polynomial_from_below_its_end_is_refused() =>
        Assert.Contains("--learning-rate", Assert.Throws<DiptychException>(() => LearningRateSchedule.Parse("polynomial", 0, 10, rate: 1e-8)).Message, StringComparison.Ordinal);

    private static void Check(string path, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var about = document.RootElement.GetProperty("about").GetString()!;
        var schedule = LearningRateSchedule.Parse(name, (int)Said("warmup"), (int)Said("total"), (int)Said("cycles"), Said("power"), Said("base rate"), Rules().Match(about).Groups[1].Value);
        var expected = document.RootElement.GetProperty("values").GetProperty(name).EnumerateArray().Select(value => value.GetDouble()).ToArray();
        Assert.NotEmpty(expected);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], schedule.At(i) * Said("base rate"), 1e-12);
        }

        double Said(string what) => double.Parse(Regex.Match(about, what + " ([0-9.e-]+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"step rules ([0-9.:,]*[0-9])")]
    private static partial Regex Rules();
}
