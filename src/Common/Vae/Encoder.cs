using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>Pictures to the two halves of the posterior's parameters: diffusers' <c>Encoder</c>.</summary>
internal sealed class Encoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_in")]
    private readonly Convolution2d _convIn;

    [ComponentName(Name = "down_blocks")]
    private readonly ModuleList<EncoderBlock> _blocks;

    [ComponentName(Name = "mid_block")]
    private readonly MidBlock _mid;

    [ComponentName(Name = "conv_norm_out")]
    private readonly GroupNorm _normOut;

    [ComponentName(Name = "conv_out")]
    private readonly Convolution2d _convOut;

    public Encoder(AutoencoderConfig config)
        : base(nameof(Encoder))
    {
        long last = config.BlockOutChannels[^1];
        _convIn = new Convolution2d(config.InChannels, config.BlockOutChannels[0], kernelSize: 3, padding: 1);
        _blocks = nn.ModuleList(Enumerable.Range(0, config.BlockOutChannels.Count).Select(i => new EncoderBlock(config, i)).ToArray());
        _mid = new MidBlock(config);
        _normOut = GroupNormalization.Create(config.NormGroups, last, AutoencoderKL.NormEpsilon);
        _convOut = new Convolution2d(last, 2 * config.LatentChannels, kernelSize: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>[n, 3, h, w] to [n, 2 * latent channels, h / factor, w / factor].</summary>
    public override Tensor forward(Tensor images)
    {
        var x = _convIn.call(images);
        foreach (var block in _blocks)
        {
            x = block.call(x);
        }

        return x.Then(_mid).Then(_normOut).ThenSilu().Then(_convOut);
    }
}
