using Diptych.Reports.Charts;

namespace Diptych.Tests.Reports.Charts;

public sealed class TicksTests
{
    [Fact]
    public void Ticks_are_round_and_within_the_limits()
    {
        Close([0, 0.2, 0.4, 0.6, 0.8, 1], Ticks.Within(0, 1, 5));
        Close([-0.2, 0, 0.2, 0.4], Ticks.Within(-0.35, 0.41, 6));
        Close([0, 100, 200, 300, 400], Ticks.Within(0, 400, 6));
    }

    private static void Close(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }
}
