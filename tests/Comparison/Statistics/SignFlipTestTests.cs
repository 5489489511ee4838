using System.Text.Json;
using Diptych.Comparison.Statistics;

namespace Diptych.Tests.Comparison.Statistics;

public sealed class SignFlipTestTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(Fixtures.Golden("statistics", "statistics.json"))).RootElement;

    [Fact]
    public void Random_flips_agree_with_the_reference()
    {
        var paired = Reference.GetProperty("paired");
        Assert.Equal(paired.GetProperty("sign_flip_p").GetDouble(), SignFlipTest.P(Differences(), seed: 1), paired.GetProperty("sign_flip_p_tolerance").GetDouble());
    }

    [Fact]
    public void Few_pairs_are_tested_exactly() =>
        Assert.Equal(Reference.GetProperty("exact_sign_flip_first_10").GetDouble(), SignFlipTest.P([.. Differences().Take(10)], seed: 1), 1e-12);

    [Fact]
    public void Equal_arms_are_no_evidence() => Assert.Equal(1, SignFlipTest.P([0.0, 0.0, 0.0], seed: 1));

    [Fact]
    public void Sums_that_differ_only_in_rounding_are_ties() =>
        // 0.1 + 0.2 is not 0.3 in binary; all-plus and all-minus are the only patterns as extreme: 2 of 8.
        Assert.Equal(0.25, SignFlipTest.P([0.1, 0.2, 0.3], seed: 1));

    [Fact]
    public void Contexts_are_the_units_where_there_are_enough()
    {
        // Six contexts all better: the smallest two-sided p is 2 / 2^6, however many pictures each holds.
        UnitValue[] six = [.. Enumerable.Range(0, 60).Select(i => new UnitValue("F", $"c{i / 10}", i % 10, 1.0))];
        Assert.Equal(2.0 / 64, SignFlipTest.P(six, seed: 1));
        UnitValue[] four = [.. Enumerable.Range(0, 12).Select(i => new UnitValue("F", $"c{i / 3}", i % 3, 1.0))];
        Assert.Equal(2.0 / 4096, SignFlipTest.P(four, seed: 1));
    }

    [Fact]
    public void Families_that_share_a_noise_are_one_unit()
    {
        // Twelve noises, each drawn in seven families: as much evidence as twelve pictures, not as eighty-four.
        UnitValue[] families = [.. Enumerable.Range(0, 84).Select(i => new UnitValue($"F{i / 12}", $"c{i % 12 / 3}", i % 3, i / 12 == 0 ? 0.0 : 1.0))];
        Assert.Equal(12, SignFlipTest.Units(families).Count);
        Assert.All(SignFlipTest.Units(families), mean => Assert.Equal(6.0 / 7, mean, 1e-12));
        Assert.Equal(2.0 / 4096, SignFlipTest.P(families, seed: 1));
    }

    private static IReadOnlyList<double> Differences() =>
        [.. Reference.GetProperty("a").EnumerateArray().Zip(Reference.GetProperty("b").EnumerateArray(), (a, b) => a.GetDouble() - b.GetDouble())];
}
