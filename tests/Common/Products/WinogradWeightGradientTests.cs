using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>Gradients of convolutions' weights by tiles against libtorch's in fp64.</summary>
public sealed class WinogradWeightGradientTests : OwnProductsEverywhere
{
    public static TheoryData<int, int, int, int, int> Sizes => new()
    {
        { 4, 16, 16, 8, 8 },
        // Strips of several rows of tiles, the last of them lower than the others; a half panel.
        { 2, 96, 80, 16, 16 },
        { 1, 48, 32, 20, 32 },
        // Rows of fewer pixels than are laid at a time, in sums of several blocks of depth.
        { 7, 32, 176, 16, 12 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Tiles_of_all_parts_make_the_gradient(int pictures, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(14, RandomPurpose.Other);
        (Tensor X, Tensor Gradient) Part(int n) => (random.Normal(n, inputs, height, width), random.Normal(n, outputs, height, width));
        (Tensor X, Tensor Gradient)[] parts = [Part(pictures), Part(1)];
        var (result, expected) = (zeros(outputs, inputs, 3, 3), zeros(outputs, inputs, 3, 3, dtype: ScalarType.Float64));
        foreach (var (x, gradient) in parts)
        {
            // The weight's gradient is a convolution of the pictures by the gradients, samples in the place of channels.
            expected += nn.functional.conv2d(Wide(x).transpose(0, 1), Wide(gradient).transpose(0, 1), padding: [1L, 1L]).transpose(0, 1);
        }

        Assert.True(WinogradWeightGradient.Pays(parts, result));
        WinogradWeightGradient.Run(parts, result);

        Close.OfLargest(expected, result, 2e-6);
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(15, RandomPurpose.Other);
        (Tensor X, Tensor Gradient)[] parts = [(random.Normal(5, 96, 16, 16), random.Normal(5, 64, 16, 16))];
        Tensor Run(int threads)
        {
            set_num_threads(threads);
            var result = empty(64, 96, 3, 3);
            WinogradWeightGradient.Run(parts, result);
            return result;
        }

        var before = get_num_threads();
        try
        {
            Assert.True(Run(1).equal(Run(2)).all().item<bool>());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Few_tiles_and_kernels_of_one_pixel_are_multiplied_plainly()
    {
        using var scope = NewDisposeScope();
        bool Pays(int pictures, int side, int kernel) => WinogradWeightGradient.Pays([(zeros(pictures, 16, side, side), zeros(pictures, 16, side, side))], zeros(16, 16, kernel, kernel));
        Assert.True(Pays(4, 8, 3));
        Assert.False(Pays(4, 4, 3));
        Assert.False(Pays(4, 8, 1));
    }

    private static Tensor Wide(Tensor numbers) => numbers.to_type(ScalarType.Float64);
}
