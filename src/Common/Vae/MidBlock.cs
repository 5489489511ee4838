using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>The lowest resolution of encoder and decoder: two residual blocks, attention between them where the model has it.</summary>
internal sealed class MidBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "attentions")]
    private readonly ModuleList<SpatialAttention>? _attentions;

    [ComponentName(Name = "resnets")]
    private readonly ModuleList<ResnetBlock2D> _resnets;

    public MidBlock(AutoencoderConfig config)
        : base(nameof(MidBlock))
    {
        long channels = config.BlockOutChannels[^1];
        ResnetBlock2D Resnet() => new(channels, channels, config.NormGroups, AutoencoderKL.NormEpsilon);
        _attentions = config.MidBlockAttention ? nn.ModuleList(new SpatialAttention(channels, config.NormGroups, AutoencoderKL.NormEpsilon)) : null;
        _resnets = nn.ModuleList(Resnet(), Resnet());
        RegisterComponents();
    }

    /// <summary>[n, channels, h, w] to the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = _resnets[0].call(x, null);
        if (_attentions is not null)
        {
            h = h.Then(_attentions[0]);
        }

        return _resnets[1].call(h, null).MoveToOuterDisposeScope();
    }
}
