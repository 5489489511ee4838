using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>Products of our own kernels, and the gradients through them, against libtorch's in fp64.</summary>
public sealed class OwnProductsTests : OwnProductsEverywhere
{
    // fp32 sums of up to some thousands of products of numbers around 1, in whatever order.
    private const double RoundingOfSums = 1e-5;

    [Theory]
    [InlineData(1, 16, 16)]
    [InlineData(3, 160, 32)]
    [InlineData(12, 48, 160)]
    [InlineData(77, 768, 320)]
    [InlineData(154, 160, 176)]
    [InlineData(256, 640, 5120)]
    [InlineData(1030, 320, 320)]
    public void Linear_layers_are_libtorchs(long rows, long inputs, long outputs)
    {
        using var scope = NewDisposeScope();
        var layer = new LinearLayer(inputs, outputs);
        Assert.True(OwnProducts.CanMultiply(zeros(rows, inputs), layer.Weight));
        Compare(layer, layer.Weight, layer.Bias!, [rows, inputs], (x, w, b) => nn.functional.linear(x, w, b));
    }

    [Theory]
    [InlineData(1, 16, 16, 4, 4, 3)]
    [InlineData(2, 176, 48, 4, 4, 3)]
    [InlineData(3, 32, 320, 4, 4, 3)]
    [InlineData(2, 96, 160, 8, 8, 3)]
    [InlineData(1, 48, 32, 6, 8, 3)]
    [InlineData(1, 640, 320, 8, 8, 3)]
    [InlineData(1, 32, 32, 1, 48, 3)]
    [InlineData(2, 16, 16, 16, 16, 3)]
    [InlineData(1, 32, 48, 32, 16, 3)]
    [InlineData(3, 48, 32, 16, 14, 3)]
    [InlineData(1, 176, 80, 8, 64, 3)]
    [InlineData(8, 64, 176, 8, 8, 3)]
    [InlineData(2, 96, 160, 32, 32, 3)]
    [InlineData(300, 16, 16, 2, 8, 3)]
    [InlineData(1, 64, 176, 4, 4, 1)]
    [InlineData(3, 176, 64, 4, 12, 1)]
    [InlineData(2, 320, 640, 16, 16, 1)]
    public void Convolutions_that_keep_a_pictures_size_are_libtorchs(long samples, long inputs, long outputs, long height, long width, long kernel)
    {
        using var scope = NewDisposeScope();
        var layer = new Convolution2d(inputs, outputs, kernel, padding: (kernel - 1) / 2);
        Assert.True(OwnProducts.CanConvolve(zeros(samples, inputs, height, width), layer.Weight));
        Compare(layer, layer.Weight, layer.Bias!, [samples, inputs, height, width], (x, w, b) => nn.functional.conv2d(x, w, b, padding: [(kernel - 1) / 2, (kernel - 1) / 2]));
    }

    // Whole halves of panels, one of them alone; rows that are none are laid out the other way.
    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(48)]
    [InlineData(77)]
    public void Few_rows_times_a_large_weight_make_the_same_sums_as_any(int rows)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(16, RandomPurpose.Other);
        Tensor x = random.Normal(rows, 1024), weight = random.Normal(1040, 1024), bias = random.Normal(1040);
        var y = LinearProduct.Forward(x, weight, bias);
        Close.OfLargest(nn.functional.linear(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), bias.to_type(ScalarType.Float64)), y, 2e-6);

        // More rows than are taken so.
        var many = LinearProduct.Forward(cat([x, random.Normal(144, 1024)]), weight, bias);
        Assert.Equal(y.data<float>().ToArray(), many[..rows].contiguous().data<float>().ToArray());
    }

    [Fact]
    public void What_the_kernels_are_not_made_for_is_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        Tensor Weight(long kernel) => zeros(32, 32, kernel, kernel);
        Tensor Picture(long height, long width) => zeros(1, 32, height, width);

        Assert.True(OwnProducts.CanConvolve(Picture(32, 32), Weight(3)));
        Assert.True(OwnProducts.CanConvolve(Picture(16, 16), Weight(3)));
        Assert.False(OwnProducts.CanConvolve(zeros(1, 640, 12, 16), zeros(640, 640, 3, 3)));
        // With more threads than two each would transform all of the kernels.
        Assert.Equal(get_num_threads() <= 2, OwnProducts.CanConvolve(zeros(1, 640, 16, 16), zeros(640, 640, 3, 3)));
        Assert.False(OwnProducts.CanConvolve(Picture(33, 32), Weight(3)));
        Assert.False(OwnProducts.CanConvolve(Picture(32, 32), Weight(5)));
        Assert.False(OwnProducts.CanConvolve(Picture(32, 32), Weight(1)));
        Assert.False(OwnProducts.CanConvolve(zeros(1, 4, 32, 32), zeros(32, 4, 3, 3)));
        Assert.False(OwnProducts.CanConvolve(Picture(32, 32).to_type(ScalarType.BFloat16), Weight(3).to_type(ScalarType.BFloat16)));
        Assert.False(OwnProducts.CanMultiply(zeros(4, 20), zeros(32, 20)));
        Assert.False(OwnProducts.CanMultiply(zeros(0, 32), zeros(32, 32)));
        using (Autocast.For(CPU, MixedPrecision.Bf16))
        {
            Assert.Equal(!Autocast.IsAvailable, OwnProducts.CanMultiply(zeros(4, 32), zeros(32, 32)));
        }

        OwnProducts.Choice = ProductChoice.Never;
        Assert.False(OwnProducts.CanMultiply(zeros(4, 32), zeros(32, 32)));
    }

    [Fact]
    public void Where_it_is_measured_few_rows_are_a_question_of_their_own()
    {
        using var scope = NewDisposeScope();
        OwnProducts.Choice = ProductChoice.WhereFaster;
        bool Runs(long rows) => OwnProducts.CanMultiply(zeros(rows, 32), zeros(32, 32));

        Assert.Equal(OwnProducts.AreUsedForFewRows, Runs(8));
        Assert.Equal(OwnProducts.AreUsedForFewRows, Runs(128));
        Assert.Equal(OwnProducts.AreUsedInLinearLayers, Runs(7));
        Assert.Equal(OwnProducts.AreUsedInLinearLayers, Runs(129));
    }

    [Fact]
    public void Inputs_that_lie_otherwise_in_memory_and_gradients_nobody_asks_for_are_no_trouble()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(5, RandomPurpose.Other);
        var layer = new LinearLayer(32, 16, hasBias: false);
        layer.Weight.requires_grad = false;
        var x = random.Normal(32, 7).requires_grad_(true);

        var y = layer.call(x.transpose(0, 1));
        // A sum's gradient is one number seen everywhere.
        y.sum().backward();

        Close.Absolute(matmul(layer.Weight, x).transpose(0, 1), y, RoundingOfSums);
        Close.Absolute(layer.Weight.sum([0L]).unsqueeze(1).expand(32, 7), x.grad!, RoundingOfSums);
        Assert.Null(layer.Weight.grad);
    }

    private static void Compare(nn.Module<Tensor, Tensor> layer, Tensor weight, Tensor bias, long[] size, Func<Tensor, Tensor, Tensor, Tensor> reference)
    {
        var random = new RandomStream(3, RandomPurpose.Other);
        var x = random.Normal(size).requires_grad_(true);
        var (exactX, exactWeight, exactBias) = (Exact(x), Exact(weight), Exact(bias));

        var y = layer.call(x);
        var exact = reference(exactX, exactWeight, exactBias);
        var gradient = random.Normal(y.shape);
        y.backward([gradient]);
        exact.backward([gradient.to_type(ScalarType.Float64)]);

        Near(exact, y);
        Near(exactX.grad!, x.grad!);
        Near(exactWeight.grad!, weight.grad!);
        Near(exactBias.grad!, bias.grad!);
        using var noGradient = no_grad();
        Close.Absolute(y, layer.call(x), 0);
    }

    private static Tensor Exact(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64).requires_grad_(true);

    private static void Near(Tensor exact, Tensor actual) => Close.Absolute(exact, actual.to_type(ScalarType.Float64), RoundingOfSums * (1 + exact.abs().max().item<double>()));
}
