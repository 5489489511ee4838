using Diptych.Lab.Judges;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>The truth of many pictures as tensors to learn from: a value's number for every classifying head, a colour for every colour head.</summary>
internal sealed class AttributeTargets : IDisposable
{
    // Where a picture has no such attribute (an unnameable colour), nothing is learned from it.
    private const long Absent = -100;

    private readonly Dictionary<string, Tensor> _classes = [];
    private readonly Dictionary<string, Tensor> _colours = [];

    public AttributeTargets(IReadOnlyList<PictureAttributes> pictures, Device device)
    {
        foreach (var (head, values) in OracleValues.Classes)
        {
            _classes[head] = tensor([.. pictures.Select(picture => OracleValues.ValueOf(head, picture) is { } value ? values.Index().First(v => v.Item == value).Index : Absent)]).to(device).DetachFromDisposeScope();
        }

        _classes[OracleHeads.HasPatch] = tensor([.. pictures.Select(picture => picture.Patch is null ? 0L : 1L)]).to(device).DetachFromDisposeScope();
        foreach (var head in OracleValues.Colours)
        {
            _colours[head] = tensor([.. pictures.SelectMany(picture => OracleValues.ColourOf(head, picture) is { } c ? new[] { c.Red / 255f, c.Green / 255f, c.Blue / 255f } : [double.NaN, double.NaN, double.NaN])])
                .to_type(ScalarType.Float32).reshape(-1, 3).to(device).DetachFromDisposeScope();
        }
    }

    /// <summary>Names of the classifying heads, has_patch among them.</summary>
    public IEnumerable<string> ClassHeads => _classes.Keys;

    /// <summary>Names of the colour heads.</summary>
    public IEnumerable<string> ColourHeads => _colours.Keys;

    /// <summary>Cross-entropy of a head's logits [k, values] against the rows' truth; rows without a truth do not count.</summary>
    public Tensor CrossEntropy(string head, Tensor logits, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var truth = _classes[head].index_select(0, rows);
        // Summed and divided here, because the mean over no row at all is 0 / 0.
        var sum = nn.functional.cross_entropy(logits.to_type(ScalarType.Float32), truth, ignore_index: Absent, reduction: nn.Reduction.Sum);
        return (sum / truth.ge(0).sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Smooth L1 distance of read colours [k, 3] in [0, 1] to the rows' truth, mean over the rows that have one (0 where none has).</summary>
    public Tensor ColourDistance(string head, Tensor read, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var truth = _colours[head].index_select(0, rows);
        var known = truth.isnan().logical_not().to_type(ScalarType.Float32);
        var distance = nn.functional.smooth_l1_loss(read.to_type(ScalarType.Float32), truth.nan_to_num(0), nn.Reduction.None, beta: .1);
        return ((distance * known).sum() / known.sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var target in _classes.Values.Concat(_colours.Values))
        {
            target.Dispose();
        }
    }
}
