using System.Runtime.CompilerServices;

namespace Diptych.Common.Products;

/// <summary>A left factor laid out once as the kernel reads it, [tiles, depth, 12]: a tile of rows lies in one piece, and the next one behind it.</summary>
internal static unsafe class PackedFactor
{
    /// <summary>Numbers one of so many rows takes.</summary>
    public static nint Size(int rows, int depth) => (rows + ProductKernel.TileRows - 1) / ProductKernel.TileRows * (nint)depth * ProductKernel.TileRows;

    /// <summary>One that lies at a place.</summary>
    public static ProductFactor At(float* first, int depth) => new(first, 1, ProductKernel.TileRows, (nint)depth * ProductKernel.TileRows);

    /// <summary>Lays one out.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="depth">Products in each sum.</param>
    /// <param name="to">Where it goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lay(ProductFactor factor, int rows, int depth, float* to)
    {
        for (var tile = 0; tile < rows; tile += ProductKernel.TileRows)
        {
            for (var k = 0; k < depth; k++, to += ProductKernel.TileRows)
            {
                for (var row = 0; row < Math.Min(ProductKernel.TileRows, rows - tile); row++)
                {
                    to[row] = factor.Begin(tile + row)[k * factor.Step];
                }
            }
        }
    }
}
