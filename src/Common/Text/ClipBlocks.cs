using Diptych.Common.Transformers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>The stack of blocks of either tower.</summary>
internal sealed class ClipBlocks : nn.Module
{
    private readonly ClipTransformerConfig _config;
    [ComponentName(Name = "layers")] private readonly ModuleList<ClipBlock> _layers;

    public ClipBlocks(ClipTransformerConfig config)
        : base(nameof(ClipBlocks))
    {
        _config = config;
        _layers = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new ClipBlock(config)).ToArray());
        RegisterComponents();
    }

    /// <summary>The output [n,L,D] of the last block.</summary>
    /// <param name="x">[n,L,D].</param>
    /// <param name="isCausal">Whether a token sees only itself and what stands before it.</param>
    /// <param name="states">Where given, the input and each block's output are appended.</param>
    public Tensor Run(Tensor x, bool isCausal, List<Tensor>? states = null)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<Tensor> parameters = [.. _layers.SelectMany(layer => layer.InOrder)];
        if (states is null && TowerShape.For(x, _config, isCausal, parameters) is { } shape)
        {
            return TowerFunction.Apply(x, parameters, shape).MoveToOuterDisposeScope();
        }

        var length = x.size(1);
        var mask = isCausal ? full(length, length, float.NegativeInfinity, dtype: x.dtype, device: x.device).triu(1) : null;
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
