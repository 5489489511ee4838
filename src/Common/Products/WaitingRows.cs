using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>A linear layer's, over rows of numbers.</summary>
/// <param name="weight">W, [out, in].</param>
/// <param name="rows">x [rows, in], dy [rows, out].</param>
/// <param name="inputs">Numbers of a row of x.</param>
/// <param name="outputs">Numbers of a row of dy.</param>
internal sealed class WaitingRows(Tensor weight, GradientRows rows, int inputs, int outputs) : WaitingGradient(weight)
{
    /// <inheritdoc/>
    public override long Operations => Weight.numel() * rows.Count;

    /// <inheritdoc/>
    public override unsafe void Compute(IReadOnlyList<WaitingGradient> parts, Tensor result) =>
        RowProducts.WeightGradient([.. parts.Cast<WaitingRows>().Select(part => part.Rows)], inputs, outputs, TensorData.Floats(result));

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The rows lie in what the pass keeps.
    }

    private GradientRows Rows => rows;
}
