using Diptych.Common.Vae;

namespace Diptych.Tests.Common.Vae;

public sealed class TileAxisTests
{
    [Theory]
    [InlineData(64, 64, 16, "0")]
    [InlineData(20, 64, 16, "0")]
    [InlineData(65, 64, 16, "0,1")]
    [InlineData(112, 64, 16, "0,48")]
    [InlineData(128, 64, 16, "0,32,64")]
    [InlineData(100, 10, 0, "0,10,20,30,40,50,60,70,80,90")]
    public void Tiles_reach_from_end_to_end_with_at_least_the_overlap(int length, int tile, int overlap, string starts)
    {
        var axis = TileAxis.Over(length, tile, overlap);

        Assert.Equal(starts, string.Join(',', axis.Starts));
        Assert.Equal(length, axis.Starts[^1] + axis.Tile);
    }

    [Theory]
    [InlineData(65, 64, 16, 8)]
    [InlineData(101, 32, 8, 1)]
    [InlineData(77, 16, 12, 2)]
    public void Shares_of_every_place_add_up_to_one_and_change_gradually(int length, int tile, int overlap, int parts)
    {
        var axis = TileAxis.Over(length, tile, overlap);
        var sums = new double[length * parts];
        for (var t = 0; t < axis.Starts.Count; t++)
        {
            var shares = axis.Shares(t, parts);
            for (var i = 0; i < shares.Length; i++)
            {
                sums[axis.Starts[t] * parts + i] += shares[i];
                Assert.True(shares[i] > 0);
                Assert.True(i == 0 || Math.Abs(shares[i] - shares[i - 1]) <= 2.0 / (overlap * parts), "a seam");
            }
        }

        Assert.All(sums, sum => Assert.Equal(1, sum, 1e-5));
    }
}
