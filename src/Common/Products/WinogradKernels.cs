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
        nint row = columns * PictureTaps.Count, column = PictureTaps.Count;
        SharedWork.Over(inputs, 100.0 * inputs * outputs * Places / 16, (begin, end) =>
        {
            for (var chunk = 0; chunk < outputs / Half; chunk++)
            {
                Transform(weight, chunk, turned ? column : row, turned ? row : column, turned, to + (chunk / 2 * (nint)inputs * ProductKernel.TileColumns) + (chunk % 2 * Half), Place(inputs, outputs), begin, end);
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Transform(float* weight, int chunk, nint toOutput, nint toInput, bool turned, float* panel, nint place, int begin, int end)
    {
        var rows = stackalloc Vector512<float>[Half];
        var kernel = stackalloc Vector512<float>[Half];
        var nine = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(PictureTaps.Count)).AsSingle();
        for (var input = begin; input < end; input++)
        {
            for (var i = 0; i < Half; i++)
            {
                rows[i] = Avx512F.MaskLoad(weight + (((chunk * Half) + i) * toOutput) + (input * toInput), nine, Vector512<float>.Zero);
            }

            Transposition.Exchange((float*)rows, Half, (float*)kernel, Half);
            Transform(kernel, turned, panel + (input * ProductKernel.TileColumns), place);
        }
    }

    // G g G^T, g turned by 180 degrees first where asked for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Transform(Vector512<float>* kernel, bool turned, float* to, nint toPlace)
    {
        var (first, step) = turned ? (PictureTaps.Count - 1, -1) : (0, 1);
        var columns = stackalloc Vector512<float>[MostRows * 3];
        for (var column = 0; column < 3; column++, first += step)
        {
            TTiles.Kernel(kernel[first], kernel[first + (3 * step)], kernel[first + (6 * step)], columns + column, 3);
        }

        var row = stackalloc Vector512<float>[MostRows];
        for (var i = 0; i < TTiles.Rows; i++, columns += 3)
        {
            TTiles.Kernel(columns[0], columns[1], columns[2], row, 1);
            for (var j = 0; j < TTiles.Rows; j++, to += toPlace)
            {
                row[j].Store(to);
            }
        }
    }
}
