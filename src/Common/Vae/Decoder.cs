using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>Latents to pictures: diffusers' <c>Decoder</c>.</summary>
internal sealed class Decoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")]
    private readonly Convolution2d _convIn;

    [ComponentName(Name = "up_blocks")]
    private readonly ModuleList<DecoderBlock> _blocks;

    [ComponentName(Name = "mid_block")]
    private readonly MidBlock _mid;

    [ComponentName(Name = "conv_norm_out")]
    private readonly GroupNorm _normOut;

    [ComponentName(Name = "conv_out")]
    private readonly Convolution2d _convOut;

    public Decoder(AutoencoderConfig config)
        : base(nameof(Decoder))
    {
        long first = config.BlockOutChannels[0];
        _convIn = new Convolution2d(config.LatentChannels, config.BlockOutChannels[^1], kernelSize: 3, padding: 1);
        _blocks = nn.ModuleList(Enumerable.Range(0, config.BlockOutChannels.Count).Select(i => new DecoderBlock(config, i)).ToArray());
        _mid = new MidBlock(config);
        _normOut = GroupNormalization.Create(config.NormGroups, first, AutoencoderKL.NormEpsilon);
        _convOut = new Convolution2d(first, config.OutChannels, kernelSize: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>[n, latent channels, h, w] to [n, 3, h * factor, w * factor].</summary>
    public override Tensor forward(Tensor latents)
    {
        var x = _convIn.call(latents).Then(_mid);
        foreach (var block in _blocks)
        {
            x = block.call(x);
        }

        return x.Then(_normOut).ThenSilu().Then(_convOut);
    }
}
