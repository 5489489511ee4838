using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>Convolutions of stride 2 in kernels of ours against libtorch's in fp64.</summary>
public sealed class HalvingProductTests : OwnProductsEverywhere
{
    private const double Rounding = 1e-5;

    [Theory]
    [InlineData(2, 32, 8, 8)]
    [InlineData(3, 48, 16, 8)]
    [InlineData(1, 16, 16, 32)]
    [InlineData(2, 96, 16, 16)]
    public void Outputs_and_gradients_are_libtorchs(int pictures, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(17, RandomPurpose.Other);
        using var layer = Layer(channels, random);
        var x = random.Normal(pictures, channels, height, width);
        var gradient = random.Normal(pictures, channels, height / 2, width / 2);
        Assert.True(OwnProducts.CanHalve(x, layer.get_parameter("conv.weight")!));

        var actual = Run(layer, x, gradient);
        using (KeptKernels.Of(layer))
        {
            foreach (var (mine, kept) in actual.Zip(Run(layer, x, gradient)))
            {
                Assert.True(mine.equal(kept).all().item<bool>());
            }
        }

        OwnProducts.Choice = ProductChoice.Never;
        layer.to(ScalarType.Float64);
        foreach (var (expected, mine) in Run(layer, x.to_type(ScalarType.Float64), gradient.to_type(ScalarType.Float64)).Zip(actual))
        {
            Close.OfLargest(expected, mine, Rounding);
        }
    }

    [Fact]
    public void Split_among_lanes_the_weights_gradient_is_the_whole_batchs()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(18, RandomPurpose.Other);
        using var layer = Layer(32, random);
        var (x, target) = (random.Normal(4, 32, 8, 8), random.Normal(4, 32, 4, 4));
        Tensor Loss(long from, long to) => nn.functional.mse_loss(layer.call(x.narrow(0, from, to - from)), target.narrow(0, from, to - from));
        Loss(0, 4).backward();
        var whole = Gradients(layer);
        using var lanes = new Lanes(2);
        SplitPass.Backward(lanes, 4, () => Autocast.For(CPU, MixedPrecision.No), Loss);
        foreach (var (expected, actual) in whole.Zip(Gradients(layer)))
        {
            Close.OfLargest(expected, actual, Rounding);
        }
    }

    [Theory]
    [InlineData(2, 32, 7, 8)]
    [InlineData(2, 32, 4, 4)]
    [InlineData(2, 24, 8, 8)]
    [InlineData(33, 32, 8, 8)]
    public void What_the_kernels_are_not_made_for_is_left_to_libtorch(int pictures, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var x = ones(pictures, channels, height, width);
        Assert.False(OwnProducts.CanHalve(x, ones(channels, channels, 3, 3)));
    }

    [Fact]
    public void Pictures_taken_apart_are_put_together_again()
    {
        using var scope = NewDisposeScope();
        var x = arange(2 * 3 * 4 * 6, dtype: ScalarType.Float32).view(2, 3, 4, 6);
        var planes = PicturePlanes.Split(x);
        Assert.Equal(x[1, 2, 3, 4].item<float>(), planes[1, 2, PicturePlanes.Of(1, 0), 1, 2].item<float>());
        Assert.True(x.equal(PicturePlanes.Join(planes)).all().item<bool>());
        Assert.True(planes.sum(2).equal(PicturePlanes.Sum(x)).all().item<bool>());
    }

    private static Downsample2D Layer(int channels, RandomStream random)
    {
        var layer = new Downsample2D(channels, padding: 1);
        using var noGradient = no_grad();
        foreach (var parameter in layer.parameters())
        {
            parameter.copy_(random.Normal(parameter.shape));
        }

        return layer;
    }

    private static List<Tensor> Run(Downsample2D layer, Tensor x, Tensor gradient)
    {
        var pictures = x.detach().requires_grad_(true);
        var output = layer.call(pictures);
        output.backward([gradient]);
        return [output.detach(), pictures.grad!, .. Gradients(layer)];
    }

    private static List<Tensor> Gradients(Downsample2D layer)
    {
        var gradients = layer.parameters().Select(parameter => parameter.grad!.clone()).ToList();
        layer.zero_grad();
        return gradients;
    }
}
