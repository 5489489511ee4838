using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>The gated feed-forward layer of the UNet's transformers (GEGLU, Shazeer 2020), four times as wide inside.</summary>
/// <remarks>State keys: <c>net.0.proj</c>, <c>net.2</c>; place 1 is diffusers' dropout, which has no weights and is off in these models.</remarks>
public sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private const long Widening = 4;

    [ComponentName(Name = "net")]
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _net;

    /// <summary>Creates the layer for tokens of <paramref name="channels"/> numbers.</summary>
    public FeedForward(long channels)
        : base(nameof(FeedForward))
    {
        _net = nn.ModuleList<nn.Module<Tensor, Tensor>>(
            new GatedGelu(channels, Widening * channels), nn.Identity(), new LinearLayer(Widening * channels, channels));
        RegisterComponents();
    }

    /// <summary>Its four parameters, the wider layer's first.</summary>
    internal IReadOnlyList<Parameter> InOrder
    {
        get
        {
            var (widening, narrowing) = (((GatedGelu)_net[0]).Projection, (LinearLayer)_net[2]);
            return [widening.Weight, widening.Bias!, narrowing.Weight, narrowing.Bias!];
        }
    }

    /// <summary>[n, tokens, channels] to the same shape.</summary>
    public override Tensor forward(Tensor tokens) => _net[0].call(tokens).Then(_net[2]);
}
