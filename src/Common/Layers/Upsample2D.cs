using Diptych.Common.Products;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Nearest-neighbour enlargement and a 3x3 convolution: diffusers' <c>Upsample2D</c>.</summary>
/// <remarks>State key: <c>conv</c>.</remarks>
public sealed class Upsample2D : nn.Module<Tensor, (long Height, long Width), Tensor>
{
    [ComponentName(Name = "conv")]
    private readonly Convolution2d _conv;

    /// <summary>Creates the layer.</summary>
    public Upsample2D(long channels)
        : base(nameof(Upsample2D))
    {
        _conv = new Convolution2d(channels, channels, kernelSize: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>[n, channels, h, w] to [n, channels, size].</summary>
    /// <param name="x">The picture.</param>
    /// <param name="size">Height and width wanted: twice those of <paramref name="x"/>, or one less where halving had rounded up.</param>
    public override Tensor forward(Tensor x, (long Height, long Width) size)
    {
        ArgumentNullException.ThrowIfNull(x);
        return size == (2 * x.size(2), 2 * x.size(3)) && OwnProducts.CanEnlarge(x, _conv.Weight)
            ? LayerFunction<EnlargingProduct>.Apply(x, _conv.Weight, _conv.Bias)
            : nn.functional.interpolate(x, [size.Height, size.Width], mode: InterpolationMode.Nearest).Then(_conv);
    }
}
