using Diptych.Lab.Judges;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Linear maps that name a picture's attributes from some network's features, so that the features learn to hold them.</summary>
internal sealed class AttributeHeads : nn.Module
{
    [ComponentName(Name = "heads")] private readonly ModuleDict<Linear> _heads;

    /// <param name="width">Numbers of a picture's features.</param>
    public AttributeHeads(long width)
        : base(nameof(AttributeHeads))
    {
        _heads = nn.ModuleDict([.. OracleValues.Classes.Select(head => (head.Key, nn.Linear(width, head.Value.Count)))]);
        RegisterComponents();
    }

    /// <summary>Cross-entropy, mean over the attributes, of features [n, width] against the truth of the pictures' <paramref name="rows"/>: a scalar.</summary>
    public Tensor Loss(Tensor features, AttributeTargets targets, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return stack(_heads.Keys.Select(head => targets.CrossEntropy(head, _heads[head].call(features), rows)).ToArray()).mean().MoveToOuterDisposeScope();
    }
}
