using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Multi-head attention as diffusers' <c>Attention</c>: projections without bias, an output projection with one.</summary>
/// <remarks>State keys: <c>to_q</c>, <c>to_k</c>, <c>to_v</c>, <c>to_out.0</c>.</remarks>
public sealed class Attention : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly long _heads;
    private readonly bool _upcast;

    [ComponentName(Name = "to_q")]
    private readonly LinearLayer _toQuery;

    [ComponentName(Name = "to_k")]
    private readonly LinearLayer _toKey;

    [ComponentName(Name = "to_v")]
    private readonly LinearLayer _toValue;

    [ComponentName(Name = "to_out")]
    private readonly ModuleList<LinearLayer> _toOut;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Width of the tokens that ask; must be a multiple of <paramref name="heads"/>.</param>
    /// <param name="contextChannels">Width of the tokens that answer.</param>
    /// <param name="heads">Number of heads, each <paramref name="channels"/> / <paramref name="heads"/> wide.</param>
    /// <param name="upcast">Whether queries, keys and values meet in fp32 whatever precision they come in. Default no.</param>
    public Attention(long channels, long contextChannels, long heads, bool upcast = false)
        : base(nameof(Attention))
    {
        _upcast = upcast;
        _heads = heads;
        _toQuery = new LinearLayer(channels, channels, hasBias: false);
        _toKey = new LinearLayer(contextChannels, channels, hasBias: false);
        _toValue = new LinearLayer(contextChannels, channels, hasBias: false);
        _toOut = nn.ModuleList(new LinearLayer(channels, channels));
        RegisterComponents();
    }

    /// <summary>Its five parameters: queries', keys' and values' projections, and the output's two.</summary>
    internal IReadOnlyList<Parameter> InOrder => [_toQuery.Weight, _toKey.Weight, _toValue.Weight, _toOut[0].Weight, _toOut[0].Bias!];

    /// <summary>Lets [n, tokens, channels] look at <paramref name="context"/> [n, keys, contextChannels]; gives [n, tokens, channels].</summary>
    public override Tensor forward(Tensor tokens, Tensor context)
    {
        using var scope = NewDisposeScope();
        var query = AttentionHeads.Split(_toQuery.call(tokens), _heads);
        var key = AttentionHeads.Split(_toKey.call(context), _heads);
        var value = AttentionHeads.Split(_toValue.call(context), _heads);
        var seen = AttentionHeads.Join(_upcast ? DotProductAttention.AttendInFull(query, key, value) : DotProductAttention.Attend(query, key, value));
        return _toOut[0].call(seen).MoveToOuterDisposeScope();
    }
}
