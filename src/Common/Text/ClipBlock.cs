using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>One pre-norm transformer block.</summary>
internal sealed class ClipBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "self_attn")] private readonly ClipAttention _attention;
    [ComponentName(Name = "layer_norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "mlp")] private readonly ClipMlp _mlp;
    [ComponentName(Name = "layer_norm2")] private readonly LayerNorm _mlpNorm;

    public ClipBlock(ClipTransformerConfig config)
        : base(nameof(ClipBlock))
    {
        _attention = new ClipAttention(config);
        _attentionNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        _mlp = new ClipMlp(config);
        _mlpNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        RegisterComponents();
    }

    /// <summary>Its sixteen parameters, in the order in which they are used.</summary>
    public IReadOnlyList<Tensor> InOrder => [_attentionNorm.weight, _attentionNorm.bias!, .. _attention.InOrder, _mlpNorm.weight, _mlpNorm.bias!, .. _mlp.InOrder];

    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var attended = x + _attention.call(_attentionNorm.call(x), mask);
        return (attended + _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }
}
