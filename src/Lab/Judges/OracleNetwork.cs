using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Diptych.Lab.Judges;

/// <summary>
/// The oracle's network: stages that halve the picture (convolution with stride 2, GroupNorm, SiLU; from the second stage on a second
/// convolution, GroupNorm, SiLU), mean and maximum over the remaining pixels, one linear head per attribute.
/// </summary>
internal sealed class OracleNetwork : Module<Tensor, Dictionary<string, Tensor>>
{
    [ComponentName(Name = "body")]
    private readonly Sequential _body;

    [ComponentName(Name = "heads")]
    private readonly ModuleDict<Linear> _heads;

    public OracleNetwork(OracleConfig config)
        : base(nameof(OracleNetwork))
    {
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        void Add(Module<Tensor, Tensor> layer) => layers.Add(($"{layers.Count}", layer));
        for (var stage = 1; stage < config.Channels.Count; stage++)
        {
            var channels = config.Channels[stage];
            for (var half = 0; half < (stage == 1 ? 1 : 2); half++)
            {
                Add(half == 0 ? Conv2d(config.Channels[stage - 1], channels, 3, stride: 2, padding: 1) : Conv2d(channels, channels, 3, padding: 1));
                Add(GroupNormalization.Create(config.NormGroups, channels));
                Add(SiLU());
            }
        }

        _body = Sequential(layers);
        var features = 2 * config.Channels[^1];
        (string, Linear)[] heads =
        [
            .. config.Classes.Select(head => (head.Key, Linear(features, head.Value.Count))),
            .. config.Colours.Select(head => (head, Linear(features, 3))),
            (OracleHeads.HasPatch, Linear(features, 2)),
        ];
        HeadNames = [.. heads.Select(head => head.Item1)];
        _heads = ModuleDict(heads);
        RegisterComponents();
    }

    /// <summary>Names of the heads.</summary>
    public IReadOnlyList<string> HeadNames { get; }

    /// <summary>Reads pictures <c>[n, 3, size, size]</c> in [-1, 1]: every head's raw output <c>[n, k]</c>.</summary>
    public override Dictionary<string, Tensor> forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var maps = _body.call(input);
        var features = cat([maps.mean([2, 3]), maps.amax([2, 3])], 1);
        return HeadNames.ToDictionary(head => head, head => _heads[head].call(features).MoveToOuterDisposeScope());
    }
}
