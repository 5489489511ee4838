using System.Runtime.CompilerServices;

namespace Diptych.Common.Products;

/// <summary>Where the sums of sixteen columns begin and where they go.</summary>
/// <param name="start">What the first row's sums begin with.</param>
/// <param name="startRow">From there to the next row's; 0 where all rows begin alike.</param>
/// <param name="result">Where the first row's sums go.</param>
/// <param name="resultRow">From there to the next row's.</param>
internal readonly unsafe struct TileHalf(float* start, nint startRow, float* result, nint resultRow)
{
    public float* Start { get; } = start;

    public nint StartRow { get; } = startRow;

    public float* Result { get; } = result;

    public nint ResultRow { get; } = resultRow;

    /// <summary>The same of the rows from <paramref name="row"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileHalf From(nint row) => new(Start + (row * StartRow), StartRow, Result + (row * ResultRow), ResultRow);
}
