using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>One tensor of a source of weights.</summary>
/// <param name="Name">Name in the source.</param>
/// <param name="FileDtype">Element type in the file, as safetensors spells it, such as <c>BF16</c>.</param>
/// <param name="Dtype">The narrowest element type in memory that keeps every value; it differs where libtorch lacks the file's.</param>
/// <param name="Shape">Shape; empty for a scalar.</param>
public record WeightEntry(string Name, string FileDtype, ScalarType Dtype, long[] Shape)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, d) => product * d);

    /// <summary>The shape as <c>[2,3]</c>.</summary>
    public string ShapeText => $"[{string.Join(',', Shape)}]";
}
