using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Products;

/// <summary>Sixteen rows of sixteen numbers, rows and columns exchanged.</summary>
internal static unsafe class Transposition
{
    /// <summary>Rows, and columns, exchanged at a time.</summary>
    public const int Side = 16;

    /// <summary>Exchanges [16, columns].</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromRow">From there to the next one, in numbers.</param>
    /// <param name="columns">A multiple of sixteen.</param>
    /// <param name="to">Where the first row of the result goes.</param>
    /// <param name="toRow">From there to the next one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ExchangeStrip(float* from, nint fromRow, int columns, float* to, nint toRow)
    {
        for (var column = 0; column < columns; column += Side)
        {
            Exchange(from + column, fromRow, to + (column * toRow), toRow);
        }
    }

    /// <summary>Exchanges [16, 16].</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromRow">From there to the next one, in numbers.</param>
    /// <param name="to">Where the first row of the result goes.</param>
    /// <param name="toRow">From there to the next one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exchange(float* from, nint fromRow, float* to, nint toRow)
    {
        // Of four rows, columns c, c + 4, c + 8 and c + 12 in one register; then those of all sixteen rows, a quarter of a register each.
        var first = Rows(from, fromRow);
        var second = Rows(from + (4 * fromRow), fromRow);
        var third = Rows(from + (8 * fromRow), fromRow);
        var fourth = Rows(from + (12 * fromRow), fromRow);
        Columns(first.A, second.A, third.A, fourth.A, to, toRow);
        Columns(first.B, second.B, third.B, fourth.B, to + toRow, toRow);
        Columns(first.C, second.C, third.C, fourth.C, to + (2 * toRow), toRow);
        Columns(first.D, second.D, third.D, fourth.D, to + (3 * toRow), toRow);
    }

    /// <summary>Exchanges [16, 9], to nine rows of sixteen that lie one behind the other.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromRow">From there to the next one, in numbers.</param>
    /// <param name="to">Where the result goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExchangeNine(float* from, nint fromRow, Vector512<float>* to)
    {
        var nine = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(9)).AsSingle();
        var first = RowsOf(from, fromRow, nine);
        var second = RowsOf(from + (4 * fromRow), fromRow, nine);
        var third = RowsOf(from + (8 * fromRow), fromRow, nine);
        var fourth = RowsOf(from + (12 * fromRow), fromRow, nine);
        var (above, below) = (Avx512F.Shuffle4x128(first.A, second.A, 0x88), Avx512F.Shuffle4x128(third.A, fourth.A, 0x88));
        to[0] = Avx512F.Shuffle4x128(above, below, 0x88);
        to[8] = Avx512F.Shuffle4x128(above, below, 0xDD);
        to[4] = Avx512F.Shuffle4x128(Avx512F.Shuffle4x128(first.A, second.A, 0xDD), Avx512F.Shuffle4x128(third.A, fourth.A, 0xDD), 0x88);
        Pair(first.B, second.B, third.B, fourth.B, to + 1);
        Pair(first.C, second.C, third.C, fourth.C, to + 2);
        Pair(first.D, second.D, third.D, fourth.D, to + 3);
    }

    // Columns c and c + 4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth, Vector512<float>* to)
    {
        // Of the first two quarters of each.
        var (above, below) = (Avx512F.Shuffle4x128(first, second, 0x44), Avx512F.Shuffle4x128(third, fourth, 0x44));
        to[0] = Avx512F.Shuffle4x128(above, below, 0x88);
        to[4] = Avx512F.Shuffle4x128(above, below, 0xDD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four RowsOf(float* from, nint row, Vector512<float> mask) => Mix(
        Avx512F.MaskLoad(from, mask, Vector512<float>.Zero), Avx512F.MaskLoad(from + row, mask, Vector512<float>.Zero),
        Avx512F.MaskLoad(from + (2 * row), mask, Vector512<float>.Zero), Avx512F.MaskLoad(from + (3 * row), mask, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Rows(float* from, nint row) => Mix(Vector512.Load(from), Vector512.Load(from + row), Vector512.Load(from + (2 * row)), Vector512.Load(from + (3 * row)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Mix(Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3)
    {
        var (low01, high01) = (Avx512F.UnpackLow(r0, r1).AsDouble(), Avx512F.UnpackHigh(r0, r1).AsDouble());
        var (low23, high23) = (Avx512F.UnpackLow(r2, r3).AsDouble(), Avx512F.UnpackHigh(r2, r3).AsDouble());
        return new(
            Avx512F.UnpackLow(low01, low23).AsSingle(), Avx512F.UnpackHigh(low01, low23).AsSingle(),
            Avx512F.UnpackLow(high01, high23).AsSingle(), Avx512F.UnpackHigh(high01, high23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth, float* to, nint row)
    {
        var (evenAbove, oddAbove) = (Avx512F.Shuffle4x128(first, second, 0x88), Avx512F.Shuffle4x128(first, second, 0xDD));
        var (evenBelow, oddBelow) = (Avx512F.Shuffle4x128(third, fourth, 0x88), Avx512F.Shuffle4x128(third, fourth, 0xDD));
        Avx512F.Shuffle4x128(evenAbove, evenBelow, 0x88).Store(to);
        Avx512F.Shuffle4x128(oddAbove, oddBelow, 0x88).Store(to + (4 * row));
        Avx512F.Shuffle4x128(evenAbove, evenBelow, 0xDD).Store(to + (8 * row));
        Avx512F.Shuffle4x128(oddAbove, oddBelow, 0xDD).Store(to + (12 * row));
    }
}
