using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>The stack of blocks of either tower.</summary>
internal sealed class ClipBlocks : nn.Module
{
    [ComponentName(Name = "layers")] private readonly ModuleList<ClipBlock> _layers;

    public ClipBlocks(ClipTransformerConfig config)
        : base(nameof(ClipBlocks))
    {
        _layers = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new ClipBlock(config)).ToArray());
        RegisterComponents();
    }

    /// <summary>The output [n,L,D] of the last block; the input and each block's output are appended to <paramref name="states"/> where given.</summary>
    public Tensor Run(Tensor x, Tensor? mask, List<Tensor>? states = null)
    {
        using var scope = NewDisposeScope();
        foreach (var layer in _layers)
        {
            states?.Add(x);
            x = layer.call(x, mask);
        }

        states?.Add(x);
        states?.Skip(1).ToList().ForEach(state => state.MoveToOuterDisposeScope());
        return x.MoveToOuterDisposeScope();
    }
}
