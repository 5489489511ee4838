using Diptych.Common.Cuda;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Cuda;

public sealed class ChannelsLastTests
{
    [Fact]
    public void Only_the_order_in_memory_changes()
    {
        using var scope = NewDisposeScope();
        var x = arange(2 * 3 * 4 * 5, dtype: ScalarType.Float32).reshape(2, 3, 4, 5);

        var packed = ChannelsLast.ToChannelsLast(x);

        Assert.False(ChannelsLast.IsChannelsLast(x));
        Assert.True(ChannelsLast.IsChannelsLast(packed));
        Assert.Equal([60L, 1, 15, 3], packed.stride());
        Close.Absolute(x, packed, 0);
        Assert.Same(packed, ChannelsLast.ToChannelsLast(packed));
        Assert.Equal(packed.stride(), ChannelsLast.EmptyLike(x).stride());
    }

    [Fact]
    public void Gaps_are_noticed_and_directions_of_length_one_are_not()
    {
        using var scope = NewDisposeScope();
        var wide = ChannelsLast.ToChannelsLast(zeros(2, 8, 4, 4));

        Assert.False(ChannelsLast.IsChannelsLast(wide.narrow(1, 0, 4)));
        Assert.True(ChannelsLast.IsChannelsLast(wide.narrow(0, 1, 1)));
        Assert.True(ChannelsLast.IsChannelsLast(zeros(3, 8, 1, 1)));
        Assert.False(ChannelsLast.IsChannelsLast(zeros(3, 8)));
    }
}
