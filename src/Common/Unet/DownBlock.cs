using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>One resolution on the way down: diffusers' <c>DownBlock2D</c> and, with attention, <c>CrossAttnDownBlock2D</c>.</summary>
internal sealed class DownBlock : nn.Module
{
    [ComponentName(Name = "resnets")]
    private readonly ModuleList<ResnetBlock2D> _resnets;

    [ComponentName(Name = "attentions")]
    private readonly ModuleList<SpatialTransformer>? _attentions;

    [ComponentName(Name = "downsamplers")]
    private readonly ModuleList<Downsample2D>? _downsamplers;

    public DownBlock(UNetConfig config, int block)
        : base(nameof(DownBlock))
    {
        long output = config.BlockOutChannels[block];
        long input = config.BlockOutChannels[Math.Max(block - 1, 0)];
        var layers = config.LayersPerBlock[block];
        _resnets = nn.ModuleList(Enumerable.Range(0, layers)
            .Select(i => new ResnetBlock2D(i == 0 ? input : output, output, config.NormGroups, config.NormEpsilon, config.TimeEmbeddingDim)).ToArray());
        _attentions = config.DownAttention[block]
            ? nn.ModuleList(Enumerable.Range(0, layers).Select(_ => new SpatialTransformer(config, block, config.OnlyCrossAttention[block])).ToArray())
            : null;
        _downsamplers = block < config.BlockOutChannels.Count - 1 ? nn.ModuleList(new Downsample2D(output, config.DownsamplePadding)) : null;
        RegisterComponents();
    }

    /// <summary>Gives the block's last picture and pushes every picture on <paramref name="skips"/>, which own them all.</summary>
    public Tensor Forward(Tensor x, Tensor time, Tensor context, Stack<Tensor> skips)
    {
        for (var i = 0; i < _resnets.Count; i++)
        {
            x = _resnets[i].call(x, time);
            if (_attentions is not null)
            {
                using var below = x;
                using var each = BatchRows.Like(below, context);
                x = _attentions[i].call(each, context);
            }

            skips.Push(x);
        }

        if (_downsamplers is not null)
        {
            x = _downsamplers[0].call(x);
            skips.Push(x);
        }

        return x;
    }
}
