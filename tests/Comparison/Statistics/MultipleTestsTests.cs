using System.Text.Json;
using Diptych.Comparison.Statistics;

namespace Diptych.Tests.Comparison.Statistics;

public sealed class MultipleTestsTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(Fixtures.Golden("statistics", "statistics.json"))).RootElement;

    [Fact]
    public void Holm_agrees_with_the_reference() => AssertClose("holm", MultipleTests.Holm(Numbers("p")));

    [Fact]
    public void Benjamini_and_Hochberg_agree_with_the_reference() => AssertClose("benjamini_hochberg", MultipleTests.BenjaminiHochberg(Numbers("p")));

    [Fact]
    public void Corrected_values_stay_under_one() => Assert.Equal([1, 1], MultipleTests.Holm([0.9, 0.8]));

    private static void AssertClose(string name, double[] actual)
    {
        var expected = Numbers(name);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-12);
        }
    }

    private static double[] Numbers(string name) => [.. Reference.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
