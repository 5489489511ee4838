using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>
/// A table of rows looked up by number. TorchSharp's own <c>Embedding</c> keeps its weight in native code, out of reach of
/// <see cref="Weights.UnallocatedNetwork"/>.
/// </summary>
public sealed class LookupTable : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    /// <summary>Creates a table of random rows, standard normal.</summary>
    public LookupTable(long rows, long width)
        : base(nameof(LookupTable))
    {
        _weight = nn.Parameter(randn(rows, width));
        RegisterComponents();
    }

    /// <summary>The rows, [rows, width].</summary>
    public Parameter Weight => _weight;

    /// <summary>Rows by number: [...] of int64 to [..., width].</summary>
    public override Tensor forward(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var scope = NewDisposeScope();
        return _weight.index_select(0, ids.reshape(-1)).view([.. ids.shape, _weight.shape[1]]).MoveToOuterDisposeScope();
    }
}
