using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>A 3x3 convolution of stride 2: diffusers' <c>Downsample2D</c>.</summary>
/// <remarks>State key: <c>conv</c>.</remarks>
public sealed class Downsample2D : nn.Module<Tensor, Tensor>
{
    private readonly bool _padsBehind;

    [ComponentName(Name = "conv")]
    private readonly Convolution2d _conv;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels in and out.</param>
    /// <param name="padding">Padding on every side; 0 pads one row below and one column to the right instead, as the autoencoder's encoder does.</param>
    public Downsample2D(long channels, long padding)
        : base(nameof(Downsample2D))
    {
        _padsBehind = padding == 0;
        _conv = new Convolution2d(channels, channels, kernelSize: 3, stride: 2, padding: padding);
        RegisterComponents();
    }

    /// <summary>[n, channels, h, w] to [n, channels, h/2, w/2]: odd sides are rounded up, or down with padding 0.</summary>
    public override Tensor forward(Tensor x) => _padsBehind ? nn.functional.pad(x, (0, 1, 0, 1)).Then(_conv) : _conv.call(x);
}
