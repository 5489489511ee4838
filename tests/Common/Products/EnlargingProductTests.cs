using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>Upsampling without the enlarged picture against upsampling with it.</summary>
public sealed class EnlargingProductTests : OwnProductsEverywhere
{
    private const double Close = 1e-5;

    [Theory]
    [InlineData(4, 32, 4, 4, true)]
    [InlineData(2, 48, 8, 16, true)]
    [InlineData(2, 48, 8, 16, false)]
    public void A_frozen_layer_gives_the_same_picture_and_hands_on_the_same_gradient(int pictures, int channels, int height, int width, bool isKept)
    {
        using var scope = NewDisposeScope();
        using var layer = new Upsample2D(channels);
        foreach (var parameter in layer.parameters())
        {
            parameter.requires_grad_(false);
        }

        var (plainly, plainlyHandedOn) = Plainly(() => Run(layer, pictures, channels, height, width));
        using var kept = isKept ? KeptKernels.Of(layer) : null;
        var (enlarged, handedOn) = Run(layer, pictures, channels, height, width);

        Assert.True(OwnProducts.CanEnlarge(ones(pictures, channels, height, width), layer.get_parameter("conv.weight")!));
        Tests.Close.OfLargest(plainly, enlarged, Close);
        Tests.Close.OfLargest(plainlyHandedOn, handedOn, Close);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_layer_that_learns_gets_the_same_gradients(bool isKept)
    {
        using var scope = NewDisposeScope();
        using var layer = new Upsample2D(32);
        var plainly = Plainly(() =>
        {
            Run(layer, 4, 32, 8, 8);
            return Gradients(layer);
        });
        using var kept = isKept ? KeptKernels.Of(layer) : null;
        Run(layer, 4, 32, 8, 8);

        foreach (var (expected, actual) in plainly.Zip(Gradients(layer)))
        {
            Tests.Close.OfLargest(expected, actual, Close);
        }
    }

    [Theory]
    [InlineData(7, 4)]
    [InlineData(4, 2)]
    public void Odd_pictures_and_small_ones_are_enlarged_as_ever(int side, int pictures)
    {
        using var scope = NewDisposeScope();
        using var layer = new Upsample2D(32);
        using var kept = KeptKernels.Of(layer);
        Assert.False(OwnProducts.CanEnlarge(ones(pictures, 32, side, side), layer.get_parameter("conv.weight")!));
        Assert.Equal([pictures, 32, 2 * side, 2 * side], layer.call(ones(pictures, 32, side, side), (2 * side, 2 * side)).shape);
    }

    // By libtorch's convolutions.
    private static T Plainly<T>(Func<T> work)
    {
        OwnProducts.Choice = ProductChoice.Never;
        try
        {
            return work();
        }
        finally
        {
            OwnProducts.Choice = ProductChoice.Always;
        }
    }

    private static (Tensor Picture, Tensor HandedOn) Run(Upsample2D layer, int pictures, int channels, int height, int width)
    {
        var random = new RandomStream(14, RandomPurpose.Other);
        var x = random.Normal(pictures, channels, height, width).requires_grad_(true);
        var y = layer.call(x, (2 * height, 2 * width));
        y.backward([random.Normal(y.shape)]);
        return (y.detach(), x.grad!);
    }

    private static List<Tensor> Gradients(Upsample2D layer)
    {
        var gradients = layer.parameters().Select(parameter => parameter.grad!.clone()).ToList();
        layer.zero_grad();
        return gradients;
    }
}
