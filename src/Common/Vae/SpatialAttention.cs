using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Vae;

/// <summary>One head of attention among the places of a picture, with its own normalisation and shortcut.</summary>
/// <remarks>State keys: <c>group_norm</c>, <c>to_q</c>, <c>to_k</c>, <c>to_v</c>, <c>to_out.0</c>.</remarks>
internal sealed class SpatialAttention : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "group_norm")]
    private readonly GroupNorm _norm;

    [ComponentName(Name = "to_q")]
    private readonly LinearLayer _toQuery;

    [ComponentName(Name = "to_k")]
    private readonly LinearLayer _toKey;

    [ComponentName(Name = "to_v")]
    private readonly LinearLayer _toValue;

    [ComponentName(Name = "to_out")]
    private readonly ModuleList<LinearLayer> _toOut;

    public SpatialAttention(long channels, long groups, double epsilon)
        : base(nameof(SpatialAttention))
    {
        _norm = GroupNormalization.Create(groups, channels, epsilon);
        _toQuery = new LinearLayer(channels, channels);
        _toKey = new LinearLayer(channels, channels);
        _toValue = new LinearLayer(channels, channels);
        _toOut = nn.ModuleList(new LinearLayer(channels, channels));
        RegisterComponents();
    }

    /// <summary>[n, channels, h, w] to the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var tokens = _norm.call(x).flatten(2).transpose(1, 2);
        var seen = DotProductAttention.Attend(OneHead(_toQuery, tokens), OneHead(_toKey, tokens), OneHead(_toValue, tokens)).squeeze(1);
        var picture = _toOut[0].call(seen).transpose(1, 2).reshape(x.shape);
        // The sum lies in memory as its first summand does, and tokens lie with their channels innermost, which the layers behind are slow at.
        return (x + picture).MoveToOuterDisposeScope();
    }

    private static Tensor OneHead(LinearLayer projection, Tensor tokens) => projection.call(tokens).unsqueeze(1);
}
