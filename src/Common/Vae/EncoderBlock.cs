using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>One resolution of the encoder: diffusers' <c>DownEncoderBlock2D</c>.</summary>
internal sealed class EncoderBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "resnets")]
    private readonly ModuleList<ResnetBlock2D> _resnets;

    [ComponentName(Name = "downsamplers")]
    private readonly ModuleList<Downsample2D>? _downsamplers;

    public EncoderBlock(AutoencoderConfig config, int block)
        : base(nameof(EncoderBlock))
    {
        long output = config.BlockOutChannels[block];
        long input = config.BlockOutChannels[Math.Max(block - 1, 0)];
        _resnets = nn.ModuleList(Enumerable.Range(0, config.LayersPerBlock)
            .Select(i => new ResnetBlock2D(i == 0 ? input : output, output, config.NormGroups, AutoencoderKL.NormEpsilon)).ToArray());
        _downsamplers = block < config.BlockOutChannels.Count - 1 ? nn.ModuleList(new Downsample2D(output, padding: 0)) : null;
        RegisterComponents();
    }

    /// <summary>[n, in, h, w] to [n, out, h/2, w/2], or [n, out, h, w] in the last block. Consumes <paramref name="x"/>.</summary>
    public override Tensor forward(Tensor x)
    {
        foreach (var resnet in _resnets)
        {
            x = x.Through(resnet);
        }

        return _downsamplers is null ? x : x.Then(_downsamplers[0]);
    }
}
