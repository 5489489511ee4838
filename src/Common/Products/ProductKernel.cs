using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Products;

/// <summary>
/// The innermost loop of fp32 products with AVX-512: a tile of twelve rows and two registers of columns stays in registers while the depth is gone through, so that each
/// number loaded is used twelve times or twice (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, section 4).
/// </summary>
internal static unsafe class ProductKernel
{
    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 12;

    /// <summary>Rows of a larger tile at the end of a matrix.</summary>
    public const int SomeRows = 8;

    /// <summary>Rows of a smaller one.</summary>
    public const int FewRows = 4;

    /// <summary>Columns of half a tile: one register.</summary>
    public const int HalfColumns = 16;

    /// <summary>Columns of a tile.</summary>
    public const int TileColumns = 2 * HalfColumns;

    /// <summary>Twelve rows of the left factor times a panel of the right one.</summary>
    /// <param name="a">The left factor's first number.</param>
    /// <param name="row">From there to the next row's, in numbers.</param>
    /// <param name="step">From there to the next in depth.</param>
    /// <param name="panel">The right factor, [depth, 32].</param>
    /// <param name="depth">Products in each sum.</param>
    /// <param name="left">Where the sums of the first sixteen columns begin and go.</param>
    /// <param name="right">The same of the others.</param>
    /// <param name="ahead">What is fetched meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Twelve<TAhead>(float* a, nint row, nint step, float* panel, nint depth, in TileHalf left, in TileHalf right, TAhead ahead)
        where TAhead : struct, IReadAhead
    {
        Row r0 = Row.Begin(left, right, 0), r1 = Row.Begin(left, right, 1), r2 = Row.Begin(left, right, 2), r3 = Row.Begin(left, right, 3);
        Row r4 = Row.Begin(left, right, 4), r5 = Row.Begin(left, right, 5), r6 = Row.Begin(left, right, 6), r7 = Row.Begin(left, right, 7);
        Row r8 = Row.Begin(left, right, 8), r9 = Row.Begin(left, right, 9), r10 = Row.Begin(left, right, 10), r11 = Row.Begin(left, right, 11);
        float* a4 = a + (4 * row), a8 = a + (8 * row);
        var row3 = 3 * row;
        var results = new ResultLines(left, right);
        for (nint k = 0; k < depth; k++)
        {
            Vector512<float> first = Vector512.Load(panel), second = Vector512.Load(panel + HalfColumns);
            ahead.Fetch();
            if (k < TileRows)
            {
                results.FetchNext(left, right);
            }

            r0.Add(a, first, second);
            r1.Add(a + row, first, second);
            r2.Add(a + (2 * row), first, second);
            r3.Add(a + row3, first, second);
            r4.Add(a4, first, second);
            r5.Add(a4 + row, first, second);
            r6.Add(a4 + (2 * row), first, second);
            r7.Add(a4 + row3, first, second);
            r8.Add(a8, first, second);
            r9.Add(a8 + row, first, second);
            r10.Add(a8 + (2 * row), first, second);
            r11.Add(a8 + row3, first, second);
            a += step;
            a4 += step;
            a8 += step;
            panel += TileColumns;
        }

        r0.End(left, right, 0);
        r1.End(left, right, 1);
        r2.End(left, right, 2);
        r3.End(left, right, 3);
        r4.End(left, right, 4);
        r5.End(left, right, 5);
        r6.End(left, right, 6);
        r7.End(left, right, 7);
        r8.End(left, right, 8);
        r9.End(left, right, 9);
        r10.End(left, right, 10);
        r11.End(left, right, 11);
    }

    /// <summary>The same for twelve rows and the first sixteen columns alone: of pictures of 4x4 there are no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwelveOfHalf<TAhead>(float* a, nint row, nint step, float* panel, nint depth, in TileHalf left, TAhead ahead)
        where TAhead : struct, IReadAhead
    {
        Vector512<float> r0 = Begin(left, 0), r1 = Begin(left, 1), r2 = Begin(left, 2), r3 = Begin(left, 3), r4 = Begin(left, 4), r5 = Begin(left, 5);
        Vector512<float> r6 = Begin(left, 6), r7 = Begin(left, 7), r8 = Begin(left, 8), r9 = Begin(left, 9), r10 = Begin(left, 10), r11 = Begin(left, 11);
        float* a4 = a + (4 * row), a8 = a + (8 * row);
        var row3 = 3 * row;
        for (nint k = 0; k < depth; k++)
        {
            var first = Vector512.Load(panel);
            ahead.Fetch();
            r0 = Add(r0, a, first);
            r1 = Add(r1, a + row, first);
            r2 = Add(r2, a + (2 * row), first);
            r3 = Add(r3, a + row3, first);
            r4 = Add(r4, a4, first);
            r5 = Add(r5, a4 + row, first);
            r6 = Add(r6, a4 + (2 * row), first);
            r7 = Add(r7, a4 + row3, first);
            r8 = Add(r8, a8, first);
            r9 = Add(r9, a8 + row, first);
            r10 = Add(r10, a8 + (2 * row), first);
            r11 = Add(r11, a8 + row3, first);
            a += step;
            a4 += step;
            a8 += step;
            panel += TileColumns;
        }

        r0.Store(left.Result);
        r1.Store(left.Result + left.ResultRow);
        r2.Store(left.Result + (2 * left.ResultRow));
        r3.Store(left.Result + (3 * left.ResultRow));
        r4.Store(left.Result + (4 * left.ResultRow));
        r5.Store(left.Result + (5 * left.ResultRow));
        r6.Store(left.Result + (6 * left.ResultRow));
        r7.Store(left.Result + (7 * left.ResultRow));
        r8.Store(left.Result + (8 * left.ResultRow));
        r9.Store(left.Result + (9 * left.ResultRow));
        r10.Store(left.Result + (10 * left.ResultRow));
        r11.Store(left.Result + (11 * left.ResultRow));
    }

    /// <summary>The same for eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<TAhead>(float* a, nint row, nint step, float* panel, nint depth, in TileHalf left, in TileHalf right, TAhead ahead)
        where TAhead : struct, IReadAhead
    {
        Row r0 = Row.Begin(left, right, 0), r1 = Row.Begin(left, right, 1), r2 = Row.Begin(left, right, 2), r3 = Row.Begin(left, right, 3);
        Row r4 = Row.Begin(left, right, 4), r5 = Row.Begin(left, right, 5), r6 = Row.Begin(left, right, 6), r7 = Row.Begin(left, right, 7);
        float* a4 = a + (4 * row);
        var row3 = 3 * row;
        var results = new ResultLines(left, right);
        for (nint k = 0; k < depth; k++)
        {
            Vector512<float> first = Vector512.Load(panel), second = Vector512.Load(panel + HalfColumns);
            ahead.Fetch();
            if (k < SomeRows)
            {
                results.FetchNext(left, right);
            }

            r0.Add(a, first, second);
            r1.Add(a + row, first, second);
            r2.Add(a + (2 * row), first, second);
            r3.Add(a + row3, first, second);
            r4.Add(a4, first, second);
            r5.Add(a4 + row, first, second);
            r6.Add(a4 + (2 * row), first, second);
            r7.Add(a4 + row3, first, second);
            a += step;
            a4 += step;
            panel += TileColumns;
        }

        r0.End(left, right, 0);
        r1.End(left, right, 1);
        r2.End(left, right, 2);
        r3.End(left, right, 3);
        r4.End(left, right, 4);
        r5.End(left, right, 5);
        r6.End(left, right, 6);
        r7.End(left, right, 7);
    }

    /// <summary>The same for four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four<TAhead>(float* a, nint row, nint step, float* panel, nint depth, in TileHalf left, in TileHalf right, TAhead ahead)
        where TAhead : struct, IReadAhead
    {
        Row r0 = Row.Begin(left, right, 0), r1 = Row.Begin(left, right, 1), r2 = Row.Begin(left, right, 2), r3 = Row.Begin(left, right, 3);
        var row3 = 3 * row;
        for (nint k = 0; k < depth; k++)
        {
            Vector512<float> first = Vector512.Load(panel), second = Vector512.Load(panel + HalfColumns);
            ahead.Fetch();
            r0.Add(a, first, second);
            r1.Add(a + row, first, second);
            r2.Add(a + (2 * row), first, second);
            r3.Add(a + row3, first, second);
            a += step;
            panel += TileColumns;
        }

        r0.End(left, right, 0);
        r1.End(left, right, 1);
        r2.End(left, right, 2);
        r3.End(left, right, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Begin(in TileHalf half, nint row) => Vector512.Load(half.Start + (row * half.StartRow));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> sum, float* a, Vector512<float> columns) => Vector512.FusedMultiplyAdd(Vector512.Create(*a), columns, sum);

    // Where sums go is often memory that no cache holds, for which a processor waits once some lines' stores have piled up. So a row of it is fetched at each of the first steps in depth.
    private struct ResultLines(in TileHalf left, in TileHalf right)
    {
        private float* _left = left.Result;
        private float* _right = right.Result;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void FetchNext(in TileHalf left, in TileHalf right)
        {
            Sse.Prefetch0(_left);
            Sse.Prefetch0(_right);
            _left += left.ResultRow;
            _right += right.ResultRow;
        }
    }

    // Two fields only, so that the compiler keeps them in registers.
    private struct Row
    {
        private Vector512<float> _left;
        private Vector512<float> _right;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Row Begin(in TileHalf left, in TileHalf right, nint row) =>
            new() { _left = Vector512.Load(left.Start + (row * left.StartRow)), _right = Vector512.Load(right.Start + (row * right.StartRow)) };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* a, Vector512<float> left, Vector512<float> right)
        {
            var factor = Vector512.Create(*a);
            _left = Vector512.FusedMultiplyAdd(factor, left, _left);
            _right = Vector512.FusedMultiplyAdd(factor, right, _right);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void End(in TileHalf left, in TileHalf right, nint row)
        {
            _left.Store(left.Result + (row * left.ResultRow));
            _right.Store(right.Result + (row * right.ResultRow));
        }
    }
}
