namespace Diptych.Common.Products;

/// <summary>The left factor of a product as it lies in memory, transposed or not.</summary>
/// <param name="first">Its first number.</param>
/// <param name="row">From there to the next row's, in numbers.</param>
/// <param name="step">From there to the next in depth.</param>
internal readonly unsafe struct ProductFactor(float* first, nint row, nint step)
{
    public float* First { get; } = first;

    public nint Row { get; } = row;

    public nint Step { get; } = step;

    /// <summary>The same from a row and a depth on.</summary>
    public ProductFactor From(nint row, nint depth) => new(First + (row * Row) + (depth * Step), Row, Step);
}
