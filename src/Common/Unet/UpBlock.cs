using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>One resolution on the way up: diffusers' <c>UpBlock2D</c> and, with attention, <c>CrossAttnUpBlock2D</c>.</summary>
internal sealed class UpBlock : nn.Module
{
    [ComponentName(Name = "attentions")]
    private readonly ModuleList<SpatialTransformer>? _attentions;

    [ComponentName(Name = "resnets")]
    private readonly ModuleList<ResnetBlock2D> _resnets;

    [ComponentName(Name = "upsamplers")]
    private readonly ModuleList<Upsample2D>? _upsamplers;

    /// <param name="config">The network's shape.</param>
    /// <param name="block">Place among the up blocks, 0 at the lowest resolution.</param>
    public UpBlock(UNetConfig config, int block)
        : base(nameof(UpBlock))
    {
        var channels = config.BlockOutChannels;
        var last = channels.Count - 1;
        var level = last - block;
        long output = channels[level];
        long below = channels[Math.Min(level + 1, last)];
        long outermostSkip = channels[Math.Max(level - 1, 0)];
        // One layer more than on the way down: it takes the skip of the downsampler (or of conv_in).
        var layers = config.LayersPerBlock[level] + 1;
        _resnets = nn.ModuleList(Enumerable.Range(0, layers).Select(i => new ResnetBlock2D(
            (i == 0 ? below : output) + (i == layers - 1 ? outermostSkip : output), output, config.NormGroups, config.NormEpsilon, config.TimeEmbeddingDim)).ToArray());
        _attentions = config.UpAttention[block]
            ? nn.ModuleList(Enumerable.Range(0, layers).Select(_ => new SpatialTransformer(config, level, config.OnlyCrossAttention[level])).ToArray())
            : null;
        _upsamplers = block < last ? nn.ModuleList(new Upsample2D(output)) : null;
        RegisterComponents();
    }

    /// <summary>Consumes <paramref name="x"/> and the skips that belong here; gives the picture for the next block.</summary>
    public Tensor Forward(Tensor x, Tensor time, Tensor context, Stack<Tensor> skips)
    {
        for (var i = 0; i < _resnets.Count; i++)
        {
            using var scope = NewDisposeScope();
            using var below = x;
            using var skip = skips.Pop();
            x = _resnets[i].Join(below, BatchRows.Like(skip, below), time);
            if (_attentions is not null)
            {
                x = _attentions[i].call(x, context);
            }

            x.MoveToOuterDisposeScope();
        }

        if (_upsamplers is null)
        {
            return x;
        }

        // The next skip's size, not twice our own: halving rounds up, so that sides need not be multiples (diffusers' upsample_size).
        using var small = x;
        var next = skips.Peek();
        return _upsamplers[0].call(small, (next.size(2), next.size(3)));
    }
}
