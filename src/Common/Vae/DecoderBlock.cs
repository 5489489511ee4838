using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>One resolution of the decoder: diffusers' <c>UpDecoderBlock2D</c>.</summary>
internal sealed class DecoderBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "resnets")]
    private readonly ModuleList<ResnetBlock2D> _resnets;

    [ComponentName(Name = "upsamplers")]
    private readonly ModuleList<Upsample2D>? _upsamplers;

    /// <param name="config">The network's shape.</param>
    /// <param name="block">Place among the decoder's blocks, 0 at the lowest resolution.</param>
    public DecoderBlock(AutoencoderConfig config, int block)
        : base(nameof(DecoderBlock))
    {
        var last = config.BlockOutChannels.Count - 1;
        var level = last - block;
        long output = config.BlockOutChannels[level];
        long input = config.BlockOutChannels[Math.Min(level + 1, last)];
        _resnets = nn.ModuleList(Enumerable.Range(0, config.LayersPerBlock + 1)
            .Select(i => new ResnetBlock2D(i == 0 ? input : output, output, config.NormGroups, AutoencoderKL.NormEpsilon)).ToArray());
        _upsamplers = block < last ? nn.ModuleList(new Upsample2D(output)) : null;
        RegisterComponents();
    }

    /// <summary>[n, in, h, w] to [n, out, 2h, 2w], or [n, out, h, w] in the last block. Consumes <paramref name="x"/>.</summary>
    public override Tensor forward(Tensor x)
    {
        foreach (var resnet in _resnets)
        {
            x = x.Through(resnet);
        }

        if (_upsamplers is null)
        {
            return x;
        }

        using var small = x;
        return _upsamplers[0].call(small, (2 * small.size(2), 2 * small.size(3)));
    }
}
