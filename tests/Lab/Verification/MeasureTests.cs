using Diptych.Lab.Verification;

namespace Diptych.Tests.Lab.Verification;

public class MeasureTests
{
    [Fact]
    public void A_share_is_the_mean_of_hits_with_their_number() => Assert.Equal(new Measure(0.75, 4), Measure.ShareOf([true, true, false, true]));

    [Fact]
    public void Nothing_counted_has_no_value()
    {
        Assert.Equal(new Measure(null, 0), Measure.MeanOf([]));
        Assert.Equal("-", Measure.MeanOf([]).ToString());
    }

    [Fact]
    public void Tables_show_three_decimals_and_the_number() => Assert.Equal("0.667 (3)", Measure.MeanOf([1, 1, 0]).ToString());

    [Fact]
    public void Measures_taken_together_weigh_by_their_counts_and_skip_empty_ones()
    {
        var both = Measure.Together([new Measure(0.1, 30), new Measure(null, 0), new Measure(0.5, 10)]);

        Assert.Equal(40, both.N);
        Assert.Equal(0.2, both.Value!.Value, 1e-12);
        Assert.Null(Measure.Together([]).Value);
    }
}
