using Diptych.Common.Products;

namespace Diptych.Tests.Common.Products;

public sealed class SpeedRatioTests
{
    [Fact]
    public void Times_that_agree_are_enough_and_the_shortest_count()
    {
        var rounds = 0;

        var ratio = SpeedRatio.Of(() => ++rounds % 4 == 0 ? 9 : 2, () => rounds % 3 == 0 ? 7 : 3);

        Assert.Equal(1.5, ratio);
        Assert.Equal(10, rounds);
    }

    [Fact]
    public void While_something_comes_between_it_goes_on()
    {
        var rounds = 0;

        // Disturbed for 40 rounds, each by another amount, and of the two one more than the other.
        var ratio = SpeedRatio.Of(() => ++rounds > 40 ? 1 : 9.2 - (0.2 * rounds), () => rounds > 40 ? 2 : 3);

        Assert.Equal(2, ratio);
        Assert.Equal(43, rounds);
    }

    [Fact]
    public void Where_times_never_agree_it_ends_all_the_same()
    {
        var time = 1e9;

        Assert.Equal(0.9, SpeedRatio.Of(() => time *= 0.9, () => time *= 0.9), 1e-9);
    }
}
