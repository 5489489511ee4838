namespace Diptych.Common.Products;

/// <summary>Where the two factors of a linear layer's weight's gradient lie, dy^T x.</summary>
/// <param name="x">x, [count, in].</param>
/// <param name="gradient">dy, [count, out].</param>
/// <param name="count">Rows of both.</param>
internal readonly unsafe struct GradientRows(float* x, float* gradient, int count)
{
    public float* X { get; } = x;

    public float* Gradient { get; } = gradient;

    public int Count { get; } = count;
}
