using Diptych.Common.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>Multi-head self-attention. Prompts are short, so the scores are spelled out: the same sums, in the same order, on every device.</summary>
internal sealed class ClipAttention : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly int _heads;
    [ComponentName(Name = "k_proj")] private readonly LinearLayer _key;
    [ComponentName(Name = "v_proj")] private readonly LinearLayer _value;
    [ComponentName(Name = "q_proj")] private readonly LinearLayer _query;
    [ComponentName(Name = "out_proj")] private readonly LinearLayer _out;

    public ClipAttention(ClipTransformerConfig config)
        : base(nameof(ClipAttention))
    {
        _heads = config.Heads;
        _key = new LinearLayer(config.HiddenSize, config.HiddenSize);
        _value = new LinearLayer(config.HiddenSize, config.HiddenSize);
        _query = new LinearLayer(config.HiddenSize, config.HiddenSize);
        _out = new LinearLayer(config.HiddenSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Its parameters: queries', keys' and values' projections, and the output's, two each.</summary>
    public IReadOnlyList<Tensor> InOrder => [_query.Weight, _query.Bias!, _key.Weight, _key.Bias!, _value.Weight, _value.Bias!, _out.Weight, _out.Bias!];

    /// <summary>[n,L,D] and an additive mask [L,L] (or none) to [n,L,D].</summary>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var (n, length, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var scale = 1 / Math.Sqrt((double)width / _heads);
        var scores = Heads(_query.call(x) * scale).matmul(Heads(_key.call(x)).transpose(-1, -2));
        if (mask is not null)
        {
            scores += mask;
        }

        var mixed = scores.softmax(-1).matmul(Heads(_value.call(x)));
        return _out.call(mixed.transpose(1, 2).reshape(n, length, width)).MoveToOuterDisposeScope();

        Tensor Heads(Tensor t) => t.view(n, length, _heads, -1).transpose(1, 2);
    }
}
