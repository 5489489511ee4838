using Diptych.Common.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>Two linear layers from waves (and what else is told of a picture) to the time embedding: diffusers' <c>TimestepEmbedding</c>.</summary>
/// <remarks>State keys: <c>linear_1</c>, <c>linear_2</c>.</remarks>
internal sealed class TimestepEmbedding : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "linear_1")]
    private readonly LinearLayer _linear1;

    [ComponentName(Name = "linear_2")]
    private readonly LinearLayer _linear2;

    public TimestepEmbedding(long input, long output)
        : base(nameof(TimestepEmbedding))
    {
        _linear1 = new LinearLayer(input, output);
        _linear2 = new LinearLayer(output, output);
        RegisterComponents();
    }

    /// <summary>[n, input] to [n, output].</summary>
    public override Tensor forward(Tensor x) => _linear1.call(x).ThenSilu().Then(_linear2);
}
