using Diptych.Common.Products;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>The layers transformer blocks are made of, on rows of fp32 numbers [rows, width].</summary>
/// <param name="rows">How many rows.</param>
/// <param name="width">Numbers of a row; a multiple of sixteen.</param>
internal readonly unsafe struct RowLayers(int rows, int width)
{
    // Exponentials and reductions beside a load and a store.
    private const double OperationsOfNumber = 20;

    /// <summary>Layer normalisation.</summary>
    /// <param name="x">What comes in.</param>
    /// <param name="layer">Factors and what is added.</param>
    /// <param name="y">Where the result goes.</param>
    /// <param name="statistics">Where each row's mean and reciprocal deviation go, [rows, 2].</param>
    public void Norm(float* x, Affine layer, float* y, float* statistics)
    {
        var (kernel, step) = (new LayerNormKernel(width), (long)width);
        ForEachNumber(width, (from, to) => kernel.Forward(x + (from * step), to - from, layer.Weight, layer.Bias, y + (from * step), statistics + (2 * from)));
    }

    /// <summary>Its gradient, added to what came another way.</summary>
    /// <param name="x">What came in.</param>
    /// <param name="layer">Factors.</param>
    /// <param name="statistics">From <see cref="Norm"/>.</param>
    /// <param name="gradient">The result's gradient.</param>
    /// <param name="others">What came another way.</param>
    /// <param name="dx">Where the sum goes.</param>
    public void NormBackward(float* x, Affine layer, float* statistics, float* gradient, float* others, float* dx)
    {
        var (kernel, step) = (new LayerNormKernel(width), (long)width);
        ForEachNumber(width, (from, to) =>
            kernel.Backward(x + (from * step), to - from, layer.Weight, statistics + (2 * from), gradient + (from * step), others + (from * step), dx + (from * step)));
    }

    /// <summary>A linear layer to this width beside a shortcut: its sums begin with what it stands beside.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="inputs">Numbers of such a row.</param>
    /// <param name="layer">W [width, inputs] and b.</param>
    /// <param name="beside">The shortcut.</param>
    /// <param name="y">Where the result goes.</param>
    public void Project(float* x, int inputs, Affine layer, float* beside, float* y)
    {
        RowSums.Add(beside, layer.Bias, rows, width, y);
        RowProducts.Forward(x, rows, inputs, layer.Weight, width, null, y, adds: true);
    }

    /// <summary>Shares rows out, of which each number costs an exponential or so.</summary>
    /// <param name="numbers">Numbers of a row.</param>
    /// <param name="work">Told the first row and the one behind the last.</param>
    public void ForEachNumber(int numbers, Action<int, int> work) => SharedWork.Over(rows, OperationsOfNumber * rows * numbers, work);
}
