using System.Runtime.CompilerServices;

namespace Diptych.Common.Products;

/// <summary>The left factor of a product as it lies in memory, transposed or not, or as the kernel reads it (<see cref="PackedFactor"/>).</summary>
/// <param name="first">Its first number.</param>
/// <param name="row">From there to the next row's, in numbers.</param>
/// <param name="step">From there to the next in depth.</param>
/// <param name="tile">From there to the next tile of rows where they are packed; otherwise 0.</param>
internal readonly unsafe struct ProductFactor(float* first, nint row, nint step, nint tile = 0)
{
    private readonly nint _tile = tile;

    public float* First { get; } = first;

    public nint Row { get; } = row;

    public nint Step { get; } = step;

    /// <summary>What the tiles of rows behind the first read, each fetched by the one before it; nothing where rows lie as they are, far from each other.</summary>
    public ReadAhead Ahead => _tile == 0 ? ReadAhead.Nothing : new(First + _tile, ProductKernel.HalfColumns, _tile, int.MaxValue);

    /// <summary>The same from a row and a depth on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ProductFactor From(nint row, nint depth) => new(Begin(row) + (depth * Step), Row, Step, _tile);

    /// <summary>Where a row begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Begin(nint row) => _tile == 0 ? First + (row * Row) : First + (row / ProductKernel.TileRows * _tile) + (row % ProductKernel.TileRows * Row);
}
