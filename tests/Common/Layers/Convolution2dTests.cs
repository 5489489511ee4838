using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class Convolution2dTests
{
    // Channels that fill blocks of sixteen, odd numbers of blocks, and none.
    public static TheoryData<long, long, long, long> Shapes { get; } =
        new(from sizes in ((long, long)[])[(3, 16), (3, 24), (4, 320), (8, 96), (96, 8), (320, 4), (24, 24), (24, 48), (40, 1), (48, 48), (80, 96), (96, 96), (8, 8)]
            from kernel in ((long, long)[])[(1, 1), (3, 1), (3, 2)]
            select (sizes.Item1, sizes.Item2, kernel.Item1, kernel.Item2));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Outputs_and_gradients_are_those_of_double_precision(long inChannels, long outChannels, long kernel, long stride)
    {
        using var scope = NewDisposeScope();
        using var layer = new Convolution2d(inChannels, outChannels, kernel, stride, kernel / 2);
        var random = new RandomStream(5, RandomPurpose.Other);
        foreach (var size in (long[])[5, 16])
        {
            var values = random.Normal(3, inChannels, size, size);
            var (x, weight, bias) = (Exact(values), Exact(layer.Weight), Exact(layer.state_dict()["bias"]));
            var expected = nn.functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [kernel / 2, kernel / 2]);
            var upstream = random.Normal([.. expected.shape]);
            expected.backward([upstream.to_type(ScalarType.Float64)]);

            // Tiles of 6x6 cost a digit.
            var isLarge = kernel == 3 && stride == 1 && OwnProducts.CanConvolve(values, layer.Weight) && ConvolutionSizes.Of(values, layer.Weight).HasLargeTiles;
            foreach (var (precision, tolerance) in ((MixedPrecision, double)[])[(MixedPrecision.No, isLarge ? 4e-5 : 1e-5), (MixedPrecision.Bf16, 2e-2)])
            {
                using var input = values.clone().requires_grad_();
                layer.Weight.grad = null;
                LeaveNumbersThatAreNoneInMemory();
                Tensor output;
                using (Autocast.For(CPU, precision))
                {
                    output = layer.call(input);
                }

                LeaveNumbersThatAreNoneInMemory();
                output.backward([upstream.to_type(output.dtype)]);
                Assert.Equal(precision == MixedPrecision.No ? ScalarType.Float32 : ScalarType.BFloat16, output.dtype);
                Close.OfLargest(expected, output, tolerance, $"output, {size}, {precision}");
                Close.OfLargest(x.grad!, input.grad!, tolerance, $"gradient of the input, {size}, {precision}");
                Close.OfLargest(weight.grad!, layer.Weight.grad!, tolerance, $"gradient of the weight, {size}, {precision}");
            }
        }
    }

    [Fact]
    public void Channels_that_fill_blocks_are_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        using var layer = new Convolution2d(32, 48, 3, stride: 2, padding: 1);
        var x = new RandomStream(6, RandomPurpose.Other).Normal(40, 32, 8, 8);
        Close.Absolute(nn.functional.conv2d(x, layer.Weight, layer.state_dict()["bias"], strides: [2, 2], padding: [1, 1]), layer.call(x), 0);
        Assert.Equal(["bias", "weight"], layer.state_dict().Keys.Order());
    }

    private static Tensor Exact(Tensor values) => values.detach().to_type(ScalarType.Float64).requires_grad_();

    // What the allocator hands out next then holds them: a kernel that reads more than it wrote gives itself away.
    private static void LeaveNumbersThatAreNoneInMemory()
    {
        using var scope = NewDisposeScope();
        foreach (var power in Enumerable.Range(8, 11))
        {
            full([1L << power], float.NaN);
            full([1L << power], float.NaN);
        }
    }
}
