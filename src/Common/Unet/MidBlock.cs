using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>The lowest resolution, attention between two residual blocks: diffusers' <c>UNetMidBlock2DCrossAttn</c>.</summary>
internal sealed class MidBlock : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "attentions")]
    private readonly ModuleList<SpatialTransformer> _attentions;

    [ComponentName(Name = "resnets")]
    private readonly ModuleList<ResnetBlock2D> _resnets;

    public MidBlock(UNetConfig config)
        : base(nameof(MidBlock))
    {
        var last = config.BlockOutChannels.Count - 1;
        long channels = config.BlockOutChannels[last];
        ResnetBlock2D Resnet() => new(channels, channels, config.NormGroups, config.NormEpsilon, config.TimeEmbeddingDim);
        // only_cross_attention does not reach this block in diffusers either.
        _attentions = nn.ModuleList(new SpatialTransformer(config, last, onlyCrossAttention: false));
        _resnets = nn.ModuleList(Resnet(), Resnet());
        RegisterComponents();
    }

    /// <summary>[n, channels, h, w] to the same shape; <paramref name="x"/> is left alone, it is a skip connection too.</summary>
    public override Tensor forward(Tensor x, Tensor time, Tensor context)
    {
        using var scope = NewDisposeScope();
        var h = _attentions[0].call(BatchRows.Like(_resnets[0].call(x, time), context), context);
        return _resnets[1].call(h, time).MoveToOuterDisposeScope();
    }
}
