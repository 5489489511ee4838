using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>Attention among the places of the picture, attention to the text, and a gated feed-forward layer: diffusers' <c>BasicTransformerBlock</c>.</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly bool _onlyCrossAttention;

    [ComponentName(Name = "norm1")]
    private readonly LayerNorm _norm1;

    [ComponentName(Name = "attn1")]
    private readonly Attention _selfAttention;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm _norm2;

    [ComponentName(Name = "attn2")]
    private readonly Attention _crossAttention;

    [ComponentName(Name = "norm3")]
    private readonly LayerNorm _norm3;

    [ComponentName(Name = "ff")]
    private readonly FeedForward _feedForward;

    public TransformerBlock(UNetConfig config, int block, bool onlyCrossAttention)
        : base(nameof(TransformerBlock))
    {
        long channels = config.BlockOutChannels[block], contextChannels = config.CrossAttentionDim, heads = config.HeadsPerBlock[block];
        _onlyCrossAttention = onlyCrossAttention;
        _norm1 = nn.LayerNorm(channels);
        _selfAttention = new Attention(channels, onlyCrossAttention ? contextChannels : channels, heads, config.UpcastAttention);
        _norm2 = nn.LayerNorm(channels);
        _crossAttention = new Attention(channels, contextChannels, heads, config.UpcastAttention);
        _norm3 = nn.LayerNorm(channels);
        _feedForward = new FeedForward(channels);
        RegisterComponents();
    }

    /// <summary>Its twenty parameters, in the order in which its layers are run.</summary>
    public IEnumerable<Tensor> InOrder =>
    [
        _norm1.weight, _norm1.bias!, .. _selfAttention.InOrder, _norm2.weight, _norm2.bias!, .. _crossAttention.InOrder, _norm3.weight, _norm3.bias!, .. _feedForward.InOrder,
    ];

    /// <summary>[n, places, channels] and text [n, tokens, contextChannels] to [n, places, channels].</summary>
    public override Tensor forward(Tensor places, Tensor context)
    {
        using var scope = NewDisposeScope();
        var normed = _norm1.call(places);
        // Sums are taken in place on the output of a linear layer, whose backward does not need it.
        var x = _selfAttention.call(normed, _onlyCrossAttention ? context : normed).add_(places);
        x = _crossAttention.call(_norm2.call(x), context).add_(x);
        x = _norm3.call(x).Then(_feedForward).add_(x);
        return x.MoveToOuterDisposeScope();
    }
}
