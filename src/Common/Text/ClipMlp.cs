using Diptych.Common.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>The feed-forward half of a block.</summary>
internal sealed class ClipMlp : nn.Module<Tensor, Tensor>
{
    private readonly ClipActivation _activation;
    [ComponentName(Name = "fc1")] private readonly LinearLayer _in;
    [ComponentName(Name = "fc2")] private readonly LinearLayer _out;

    public ClipMlp(ClipTransformerConfig config)
        : base(nameof(ClipMlp))
    {
        _activation = config.Activation;
        _in = new LinearLayer(config.HiddenSize, config.IntermediateSize);
        _out = new LinearLayer(config.IntermediateSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Its four parameters.</summary>
    public IReadOnlyList<Tensor> InOrder => [_in.Weight, _in.Bias!, _out.Weight, _out.Bias!];

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _out.call(_activation.Apply(_in.call(x))).MoveToOuterDisposeScope();
    }
}
