using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;

namespace Diptych.Common.Products;

/// <summary>3x3 kernels as <see cref="WinogradConvolution{TTiles}"/> multiplies by them, [places, panels, in, 32].</summary>
/// <typeparam name="TTiles">The tiles they are for.</typeparam>
internal static unsafe class WinogradKernels<TTiles>
    where TTiles : struct, IWinogradTiles
{
    private const int Half = ProductKernel.HalfColumns;
    private const int MostRows = 6;

    // Weights are read in rows far from each other, which the processor does not foresee.
    private const int Ahead = 8;

    /// <summary>Products of a tile, and numbers of a kernel there.</summary>
    public static int Places => TTiles.Rows * TTiles.Rows;

    /// <summary>Panels of 32 output channels; the last may be half full.</summary>
    public static int Panels(int outputs) => (outputs + ProductKernel.TileColumns - 1) / ProductKernel.TileColumns;

    /// <summary>From a place to the next, in numbers. A line of the cache more than its numbers take: places whole pages apart would push each other out.</summary>
    public static nint Place(int inputs, int outputs) => ((nint)Panels(outputs) * inputs * ProductKernel.TileColumns) + Half;

    /// <summary>Numbers of all kernels.</summary>
    public static nint Size(int inputs, int outputs) => Places * Place(inputs, outputs);

    /// <summary>Those of W [out, in, 3, 3], or of W turned by 180 degrees with its channels exchanged.</summary>
    /// <param name="weight">W.</param>
    /// <param name="rows">Its first size.</param>
    /// <param name="columns">Its second.</param>
    /// <param name="turned">Whether it is turned.</param>
    /// <param name="to">Where they go; a line of the cache begins there.</param>
    public static void Transform(float* weight, int rows, int columns, bool turned, float* to)
    {
        var (outputs, inputs) = turned ? (columns, rows) : (rows, columns);
        SharedWork.Over(inputs, 100.0 * inputs * outputs * Places / 16, (begin, end) =>
        {
            for (var panel = 0; panel < Panels(outputs); panel++)
            {
                Transform(weight, rows, columns, turned, panel, to + (panel * (nint)inputs * ProductKernel.TileColumns), Place(inputs, outputs), begin, end);
            }
        });
    }

    /// <summary>One panel of them, [places, in, 32].</summary>
    /// <param name="weight">W.</param>
    /// <param name="rows">Its first size.</param>
    /// <param name="columns">Its second.</param>
    /// <param name="turned">Whether it is turned.</param>
    /// <param name="panel">The panel's number.</param>
    /// <param name="to">Where it goes; a line of the cache begins there.</param>
    /// <param name="place">From a place to the next one there, in numbers.</param>
    public static void Transform(float* weight, int rows, int columns, bool turned, int panel, float* to, nint place) =>
        Transform(weight, rows, columns, turned, panel, to, place, 0, turned ? rows : columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Transform(float* weight, int rows, int columns, bool turned, int panel, float* to, nint place, int begin, int end)
    {
        nint row = columns * PictureTaps.Count, column = PictureTaps.Count;
        var (toOutput, toInput, outputs) = turned ? (column, row, columns) : (row, column, rows);
        var memory = stackalloc float[((PictureTaps.Count + (3 * MostRows)) * Half) + Half];
        var scratch = (Vector512<float>*)MatrixProduct.Aligned(memory);
        weight += panel * ProductKernel.TileColumns * toOutput;
        // The half of a last panel that is not there repeats what is: nobody reads its sums.
        var toHalf = Math.Min(Half, outputs - Half - (panel * ProductKernel.TileColumns)) * toOutput;
        for (var input = begin; input < end; input++)
        {
            var source = weight + (input * toInput);
            var target = (Vector512<float>*)(to + (input * (nint)ProductKernel.TileColumns));
            Transform(source, toOutput, Ahead * toInput, turned, scratch, target, (int)place / Half);
            Transform(source + toHalf, toOutput, Ahead * toInput, turned, scratch, target + 1, (int)place / Half);
        }
    }

    // G g G^T of sixteen outputs, g turned by 180 degrees first where asked for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform(float* weight, nint toOutput, nint ahead, bool turned, Vector512<float>* scratch, Vector512<float>* to, int place)
    {
        var columns = scratch + PictureTaps.Count;
        Transposition.ExchangeNine(weight, toOutput, scratch);
        for (var i = 0; i < Half; i++)
        {
            Sse.Prefetch0(weight + (i * toOutput) + ahead);
        }

        var g = turned ? scratch + PictureTaps.Count - 1 : scratch;
        var step = turned ? -1 : 1;
        for (var column = 0; column < 3; column++, g += step)
        {
            TTiles.Kernel(g[0], g[3 * step], g[6 * step], columns + column, 3);
        }

        for (var i = 0; i < TTiles.Rows; i++, columns += 3, to += TTiles.Rows * (nint)place)
        {
            TTiles.Kernel(columns[0], columns[1], columns[2], to, place);
        }
    }
}
