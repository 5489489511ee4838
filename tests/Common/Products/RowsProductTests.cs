using Diptych.Common.Cuda;
using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>bf16 convolutions of few pixels as one product against libtorch's of the same numbers in fp64.</summary>
public sealed class RowsProductTests
{
    // Outputs and weights' gradients are rounded once, to eight bits; of inputs' gradients each of nine summands is, and the sum.
    private const double Once = 1.0 / 256;
    private const double Twice = 2.0 / 256;

    [Theory]
    [InlineData(1, 32, 48, 3, 8, 8)]
    [InlineData(2, 16, 32, 3, 4, 4)]
    [InlineData(3, 48, 16, 3, 5, 7)]
    [InlineData(1, 16, 16, 3, 1, 1)]
    [InlineData(1, 64, 32, 1, 8, 8)]
    [InlineData(2, 32, 48, 1, 3, 5)]
    public void Outputs_and_gradients_are_libtorchs(int pictures, int inputs, int outputs, int side, int height, int width)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(27, RandomPurpose.Other);
        var layer = Layer(inputs, outputs, side, random);
        var x = Half(random, pictures, inputs, height, width);
        var gradient = Half(random, pictures, outputs, height, width);
        Assert.True(RowsProduct.CanConvolve(x, layer.Weight));

        var actual = Run(layer, x, gradient);

        Assert.True(actual[0].is_contiguous());
        Assert.True(ChannelsLast.IsChannelsLast(layer.Weight.grad!));
        var exact = new Convolution2d(inputs, outputs, side, padding: side / 2).to(ScalarType.Float64);
        exact.load_state_dict(layer.state_dict().ToDictionary(p => p.Key, p => p.Value.to_type(ScalarType.Float64)));
        var expected = Run(exact, x.to_type(ScalarType.Float64), gradient.to_type(ScalarType.Float64));
        Close.OfLargest(expected[0], actual[0], Once, "output");
        Close.OfLargest(expected[1], actual[1], Twice, "input");
        Close.OfLargest(expected[2], actual[2], Once, "weight");
        Close.OfLargest(expected[3], actual[3], Once, "bias");
    }

    [Fact]
    public void A_second_gradient_is_added_to_the_first()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(28, RandomPurpose.Other);
        var layer = Layer(32, 32, 3, random);
        var (x, gradient) = (Half(random, 1, 32, 4, 4), Half(random, 1, 32, 4, 4));

        var once = Run(layer, x, gradient)[2].clone();
        Run(layer, x, gradient);

        Close.Absolute(2 * once, layer.Weight.grad!, 0);
    }

    [Fact]
    public void Without_gradients_the_output_is_the_same_and_may_be_changed_in_place()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(29, RandomPurpose.Other);
        var layer = Layer(32, 48, 3, random);
        var x = Half(random, 1, 32, 8, 8);
        var expected = layer.call(x);
        Close.Absolute(expected.detach() + 1, expected.add_(1), 0);

        using var noGradient = no_grad();
        Close.Absolute(expected, layer.call(x).add_(1), 0);
    }

    [Fact]
    public void Pictures_in_fp32_are_rounded_where_precisions_are_mixed()
    {
        Assert.SkipUnless(Autocast.IsAvailable, "this libtorch does not export autocast");
        using var scope = NewDisposeScope();
        var random = new RandomStream(30, RandomPurpose.Other);
        var layer = Layer(32, 48, 3, random);
        var x = random.Normal(1, 32, 8, 8);
        Assert.False(RowsProduct.CanConvolve(x, layer.Weight));
        using var autocast = Autocast.For(CPU, MixedPrecision.Bf16);
        Assert.True(RowsProduct.CanConvolve(x, layer.Weight));

        Close.Absolute(layer.call(x.to_type(ScalarType.BFloat16)), layer.call(x), 0);
    }

    [Fact]
    public void It_is_for_few_pixels_and_kernels_that_lie_with_their_channels_innermost()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(31, RandomPurpose.Other);
        var layer = Layer(32, 32, 3, random);
        var plain = new Convolution2d(32, 32, 3, padding: 1).to(ScalarType.BFloat16);

        Assert.True(RowsProduct.CanConvolve(Half(random, 1, 32, 16, 16), layer.Weight));
        Assert.False(RowsProduct.CanConvolve(Half(random, 1, 32, 16, 17), layer.Weight));
        Assert.False(RowsProduct.CanConvolve(Half(random, 2, 32, 16, 16), layer.Weight));
        Assert.False(RowsProduct.CanConvolve(Half(random, 1, 32, 8, 8), plain.Weight));
        Assert.False(RowsProduct.CanConvolve(random.Normal(1, 32, 8, 8), layer.to(ScalarType.Float32).Weight));
        Assert.False(RowsProduct.CanConvolve(Half(random, 1, 8, 8, 8), Layer(8, 32, 3, random).Weight));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void Folding_is_the_gradient_of_unfolding(int side)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(32, RandomPurpose.Other);
        long[] shape = [2, 16, 3, 4];
        // Small whole numbers, whose sums bf16 holds.
        var x = (random.Normal(shape) * 2).round().to_type(ScalarType.BFloat16);
        var rows = (random.Normal(2 * 3 * 4, side * side * 16) * 2).round().to_type(ScalarType.BFloat16);

        var unfolded = PictureRows.Of(x, side);
        var folded = PictureRows.Sum(rows, shape, side);

        Assert.Equal(rows.shape, unfolded.shape);
        Assert.Equal((unfolded.@double() * rows.@double()).sum().item<double>(), (x.@double() * folded.@double()).sum().item<double>());
    }

    private static Convolution2d Layer(int inputs, int outputs, int side, RandomStream random)
    {
        var layer = new Convolution2d(inputs, outputs, side, padding: side / 2);
        using (no_grad())
        {
            layer.Weight.copy_(random.Normal(layer.Weight.shape));
            layer.Bias!.copy_(random.Normal(layer.Bias.shape));
        }

        layer.to(ScalarType.BFloat16);
        layer.LayChannelsLast();
        return layer;
    }

    private static Tensor Half(RandomStream random, params long[] shape) => random.Normal(shape).to_type(ScalarType.BFloat16);

    private static Tensor[] Run(Convolution2d layer, Tensor x, Tensor gradient)
    {
        var input = x.detach().clone().requires_grad_(true);
        var output = layer.call(input);
        (output * gradient).sum().backward();
        return [output.detach(), input.grad!, layer.Weight.grad!, layer.Bias!.grad!];
    }
}
