using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Tests.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

public sealed class KeptKernelsTests
{
    public KeptKernelsTests() => Assert.SkipUnless(OwnProducts.AreSupported, "this processor has no AVX-512");

    [Fact]
    public void A_weight_is_kept_until_the_last_of_its_keepers_lets_go()
    {
        using var scope = NewDisposeScope();
        var layer = new Convolution2d(32, 32, 3, padding: 1);
        var first = KeptKernels.Of(layer);
        var second = KeptKernels.Of(layer);
        Assert.True(KeptKernels.Has(layer.Weight));
        first.Dispose();
        first.Dispose();
        Assert.True(KeptKernels.Has(layer.Weight));
        second.Dispose();
        Assert.False(KeptKernels.Has(layer.Weight));
    }

    [Fact]
    public void What_is_kept_is_laid_out_once_and_a_weight_that_changed_afterwards_is_read_anew()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layer = new Convolution2d(32, 48, 3, padding: 1);
        unsafe nint Kernels() => (nint)KeptKernels.FindKernels<SmallTiles>(layer.Weight, turned: false);
        var x = new RandomStream(8, RandomPurpose.Other).Normal(2, 32, 8, 8);
        Tensor before;
        using (KeptKernels.Of(layer))
        {
            before = layer.call(x);
            Assert.NotEqual(0, Kernels());
            Assert.Equal(Kernels(), Kernels());
        }

        Assert.Equal(0, Kernels());
        layer.Weight.mul_(2);
        layer.Bias!.mul_(2);

        Close.OfLargest(before * 2, layer.call(x), 1e-5);
        using (KeptKernels.Of(layer))
        {
            Close.OfLargest(before * 2, layer.call(x), 1e-5);
        }
    }

    // Two pictures of 4x4 and of 8x8 for each thread.
    [Theory]
    [InlineData(2, 4, false)]
    [InlineData(2, 8, true)]
    public void Few_tiles_for_each_thread_are_enough_where_kernels_are_kept(int samples, int side, bool areLarge)
    {
        using var scope = NewDisposeScope();
        var layer = new Convolution2d(48, 32, 3, padding: 1);
        var x = new RandomStream(14, RandomPurpose.Other).Normal(samples, 48, side, side);
        using var noGradient = no_grad();
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var plain = layer.call(x);
            Assert.False(ConvolutionSizes.Of(x, layer.Weight).HasLargeTiles);
            using var kept = KeptKernels.Of(layer);
            var size = ConvolutionSizes.Of(x, layer.Weight);
            Assert.Equal((true, areLarge), (size.IsTiled, size.HasLargeTiles));
            Close.OfLargest(plain, layer.call(x), areLarge ? 4e-5 : 2e-6);
            set_num_threads(2);
            Assert.False(ConvolutionSizes.Of(x, layer.Weight).HasLargeTiles);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void A_linear_layer_whose_weight_is_kept_reads_it_whatever_libtorch_takes()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layer = new LinearLayer(96, 48);
        var x = new RandomStream(15, RandomPurpose.Other).Normal(2, 96);
        var expected = nn.functional.linear(x, layer.Weight, layer.Bias);
        using var kept = KeptKernels.Of(layer);
        Assert.True(OwnProducts.CanMultiply(x, layer.Weight));
        Close.OfLargest(expected, layer.call(x), 1e-6);
    }

    // Outputs that are no whole tiles, sums in one block and in several, pictures in whole panels and in half ones.
    [Theory]
    [InlineData(2, 16, 16, 4, 4)]
    [InlineData(1, 16, 32, 4, 4)]
    [InlineData(2, 48, 176, 4, 4)]
    [InlineData(3, 96, 320, 4, 4)]
    [InlineData(1, 32, 64, 8, 4)]
    public void A_convolution_of_few_pixels_reads_kept_weights_in_tiles_and_gives_the_same_numbers(int samples, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        var layer = new Convolution2d(inputs, outputs, 3, padding: 1);
        var random = new RandomStream(9, RandomPurpose.Other);
        var (x, gradient) = (random.Normal(samples, inputs, height, width), random.Normal(samples, outputs, height, width));
        (Tensor Output, Tensor InputGradient) Both() =>
            (ConvolutionProduct.Forward(x, layer.Weight, layer.Bias), ConvolutionProduct.InputGradient(gradient, layer.Weight));
        using var noGradient = no_grad();
        var before = get_num_threads();
        try
        {
            // For one thread they would be enough tiles.
            set_num_threads(4);
            var plain = Both();
            using var kept = KeptKernels.Of(layer);
            var tiled = Both();
            unsafe
            {
                Assert.True(KeptKernels.FindFactor(layer.Weight, forGradient: false) != null);
            }

            Assert.False(ConvolutionSizes.Of(x, layer.Weight).IsTiled);
            Assert.Equal(plain.Output.data<float>().ToArray(), tiled.Output.data<float>().ToArray());
            Assert.Equal(plain.InputGradient.data<float>().ToArray(), tiled.InputGradient.data<float>().ToArray());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Nothing_is_left_alive_when_all_have_let_go()
    {
        using var layer = new LinearLayer(32, 64);
        using var x = ones(4, 32);
        LiveTensors.Only(() =>
        {
            using var kept = KeptKernels.Of(layer);
            using var noGradient = no_grad();
            return [layer.call(x)];
        });
    }
}
