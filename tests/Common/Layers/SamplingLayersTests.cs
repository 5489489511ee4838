using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class SamplingLayersTests
{
    [Theory]
    [InlineData(1, 7, 4)]
    [InlineData(1, 8, 4)]
    [InlineData(0, 8, 4)]
    [InlineData(0, 7, 3)]
    public void Downsampling_halves_and_rounds_up_with_padding_and_down_without(long padding, long side, long expected)
    {
        using var scope = NewDisposeScope();
        using var layer = new Downsample2D(4, padding);
        Assert.Equal([1, 4, expected, expected], layer.call(ones(1, 4, side, side)).shape);
    }

    [Fact]
    public void Padding_zero_pads_below_and_to_the_right_only()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var layer = new Downsample2D(1, padding: 0);
        layer.get_parameter("conv.weight")!.fill_(1);
        layer.get_parameter("conv.bias")!.fill_(0);
        // Sums over 3x3 windows that start at 0 and 2: the second ones hang over the edge by one.
        var expected = tensor(new float[] { 9, 6, 6, 4 }).reshape(1, 1, 2, 2);
        Close.Absolute(expected, layer.call(ones(1, 1, 4, 4)), 1e-5);
    }

    [Fact]
    public void Upsampling_repeats_the_nearest_value_up_to_an_odd_size()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var layer = new Upsample2D(1);
        layer.get_parameter("conv.weight")!.fill_(0)[0, 0, 1, 1].fill_(1);
        layer.get_parameter("conv.bias")!.fill_(0);
        var expected = tensor(new float[] { 1, 1, 2, 1, 1, 2, 3, 3, 4, 3, 3, 4 }).reshape(1, 1, 4, 3);
        Close.Absolute(expected, layer.call(tensor(new float[] { 1, 2, 3, 4 }).reshape(1, 1, 2, 2), (4, 3)), 0);
    }
}
