using Diptych.Common.Cuda;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>One projection to twice the width, of which the second half, through the exact GELU, gates the first.</summary>
/// <remarks>State key: <c>proj</c>.</remarks>
public sealed class GatedGelu : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")]
    private readonly LinearLayer _projection;

    /// <summary>Creates the layer from <paramref name="channels"/> to <paramref name="width"/> numbers a token.</summary>
    public GatedGelu(long channels, long width)
        : base(nameof(GatedGelu))
    {
        _projection = new LinearLayer(channels, 2 * width);
        RegisterComponents();
    }

    /// <summary>Its one layer.</summary>
    internal LinearLayer Projection => _projection;

    /// <summary>[n, tokens, channels] to [n, tokens, width].</summary>
    public override Tensor forward(Tensor tokens)
    {
        using var both = _projection.call(tokens);
        return GatedGeluFunction.Apply(both);
    }
}
