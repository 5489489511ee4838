using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>The products of a 3x3 convolution behind a twofold enlargement of the picture by nearest neighbours: x [n, in, h, w], W [out, in, 3, 3], dy [n, out, 2 h, 2 w].</summary>
internal sealed class EnlargingProduct : ILayerProduct
{
    private EnlargingProduct()
    {
    }

    /// <summary>[n, in, h, w] to [n, out, 2 h, 2 w].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias) => ConvolutionProduct.Enlarged(x, weight, bias);

    /// <summary>The gradient of the input, [n, in, h, w]: each pixel's four.</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        using var enlarged = ConvolutionProduct.InputGradient(gradient, weight);
        return PicturePlanes.Sum(enlarged);
    }

    /// <summary>The gradient of the weight, [out, in, 3, 3]; null where it waits for other samples'.</summary>
    public static Tensor? WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        using var enlarged = Enlarge(x);
        return ConvolutionProduct.WeightGradient(enlarged, gradient, weight);
    }

    /// <summary>The gradient of the bias, [out].</summary>
    public static Tensor BiasGradient(Tensor gradient) => ConvolutionProduct.BiasGradient(gradient);

    /// <summary>[n, c, h, w] to [n, c, 2 h, 2 w].</summary>
    public static Tensor Enlarge(Tensor x) => nn.functional.interpolate(x, [2 * x.size(2), 2 * x.size(3)], mode: InterpolationMode.Nearest);
}
