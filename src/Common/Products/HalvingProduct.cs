using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>The products of a 3x3 convolution of stride 2 with a pixel of padding: x [n, in, 2 h, 2 w], W [out, in, 3, 3], dy [n, out, h, w].</summary>
internal sealed class HalvingProduct : ILayerProduct
{
    private HalvingProduct()
    {
    }

    /// <summary>[n, in, 2 h, 2 w] to [n, out, h, w].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        using var planes = PicturePlanes.Split(x);
        return ConvolutionProduct.Forward(planes, weight, bias);
    }

    /// <summary>The gradient of the input, [n, in, 2 h, 2 w].</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        using var planes = ConvolutionProduct.PlanesGradient(gradient, weight);
        return PicturePlanes.Join(planes);
    }

    /// <summary>The gradient of the weight, [out, in, 3, 3]; null where it waits for other samples'.</summary>
    public static Tensor? WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        using var planes = PicturePlanes.Split(x);
        return ConvolutionProduct.WeightGradient(planes, gradient, weight);
    }

    /// <summary>The gradient of the bias, [out].</summary>
    public static Tensor BiasGradient(Tensor gradient) => ConvolutionProduct.BiasGradient(gradient);
}
