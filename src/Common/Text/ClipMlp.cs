using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>The feed-forward half of a block.</summary>
internal sealed class ClipMlp : nn.Module<Tensor, Tensor>
{
    private readonly ClipActivation _activation;
    [ComponentName(Name = "fc1")] private readonly Linear _in;
    [ComponentName(Name = "fc2")] private readonly Linear _out;

    public ClipMlp(ClipTransformerConfig config)
        : base(nameof(ClipMlp))
    {
        _activation = config.Activation;
        _in = nn.Linear(config.HiddenSize, config.IntermediateSize);
        _out = nn.Linear(config.IntermediateSize, config.HiddenSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _out.call(_activation.Apply(_in.call(x))).MoveToOuterDisposeScope();
    }
}
