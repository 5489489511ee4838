using System.Runtime.CompilerServices;
using Diptych.Common.Runtime;

namespace Diptych.Common.Products;

/// <summary>fp32 products of any size out of <see cref="ProductKernel"/>'s tiles.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Up to that depth a sum costs about as much to write and read as to compute.</summary>
    public const int ShortDepth = 128;

    // A panel of that depth takes 36 of a core's 48 KB next to it (Zen 5; 32 of older ones hold most of it).
    private const int MostDepth = 288;

    private const int Line = 16;
    private const int MostPanels = 4;

    // Of 200 rows, a fifth of a core's second cache.
    private const int NearChunks = 8;

    // Half of a core's second cache.
    private const double CachedFactor = 128 << 10;

    // With fewer, threads could not share them evenly.
    private const int FewPanels = 8;

    // 640 to 640 channels of 16x16 pixels: seven tenths of the time that a thread takes which reads the whole weight for its half of the pixels.
    private const int MostRowsPerColumn = 2;

    /// <summary>A product, computed by as many threads as libtorch would use.</summary>
    /// <param name="a">The left factor.</param>
    /// <param name="b">The right one.</param>
    /// <param name="rows">Rows of the left one.</param>
    /// <param name="depth">Products in each sum.</param>
    /// <param name="chunks">Columns of the right one, in sixteens.</param>
    /// <param name="c">Where the product goes.</param>
    public static void Multiply<TPanels>(ProductFactor a, TPanels b, int rows, int depth, int chunks, ProductTarget c)
        where TPanels : struct, IProductPanels
    {
        var work = 2.0 * rows * depth * chunks * ProductKernel.HalfColumns;
        var panels = (chunks + 1) / 2;
        if (panels >= FewPanels && rows <= MostRowsPerColumn * panels * ProductKernel.TileColumns)
        {
            SharedWork.Over(panels, work, (from, to) => MultiplyChunks(a, b, rows, depth, 2 * from, Math.Min(2 * to, chunks), c));
        }
        else
        {
            // Few columns, or far more rows: those are shared out, so that each of them is read once, and every thread makes the panels for itself.
            var tiles = (rows + ProductKernel.TileRows - 1) / ProductKernel.TileRows;
            SharedWork.Over(tiles, work, (from, to) =>
            {
                var first = from * ProductKernel.TileRows;
                MultiplyChunks(a.From(first, 0), b, Math.Min(to * ProductKernel.TileRows, rows) - first, depth, 0, chunks, c.From(first));
            });
        }
    }

    /// <summary>The sum of several products, in their order, in the calling thread.</summary>
    /// <param name="parts">The products.</param>
    /// <param name="rows">Rows of their left factors.</param>
    /// <param name="chunks">Columns of their right ones, in sixteens.</param>
    /// <param name="c">Where the sum goes.</param>
    public static void Multiply<TPanels>(IReadOnlyList<ProductPart<TPanels>> parts, int rows, int chunks, ProductTarget c)
        where TPanels : struct, IProductPanels
    {
        // Some columns over all parts, then the next: sums that are added to are still near.
        for (var from = 0; from < chunks; from += NearChunks)
        {
            for (var i = 0; i < parts.Count; i++)
            {
                MultiplyChunks(parts[i].Factor, parts[i].Panels, rows, parts[i].Depth, from, Math.Min(from + NearChunks, chunks), c with { Adds = i > 0 });
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void MultiplyChunks<TPanels>(in ProductFactor a, in TPanels b, int rows, int depth, int from, int to, in ProductTarget c)
        where TPanels : struct, IProductPanels
    {
        var places = stackalloc float*[MostPanels];
        var size = BlockDepth(depth);
        // A left factor that no cache holds is read once for several panels; otherwise one panel stays nearest.
        var group = (double)rows * depth > CachedFactor ? MostPanels : 1;
        var memory = stackalloc float[(group * size * ProductKernel.TileColumns) + Line];
        var first = Aligned(memory);
        for (var chunk = from; chunk < to; chunk += 2 * group)
        {
            var panels = Math.Min(group, (to - chunk + 1) / 2);
            for (var k = 0; k < depth; k += size)
            {
                var count = Math.Min(size, depth - k);
                for (var panel = 0; panel < panels; panel++)
                {
                    places[panel] = b.Find(chunk + (2 * panel), k);
                    if (places[panel] is not null)
                    {
                        continue;
                    }

                    var numbers = places[panel] = first + (panel * size * ProductKernel.TileColumns);
                    b.Pack(chunk + (2 * panel), k, count, numbers);
                    // The half of a last panel that is not there repeats what is: nobody reads its sums.
                    b.Pack(Math.Min(chunk + (2 * panel) + 1, to - 1), k, count, numbers + ProductKernel.HalfColumns);
                }

                // The next block of the panel, or the next panel.
                var (nextChunk, nextK) = k + size < depth ? (chunk, k + size) : (chunk + 2, 0);
                var panelAhead = panels > 1 || nextChunk >= to ? ReadAhead.Nothing : b.Ahead(nextChunk, nextK, Math.Min(size, depth - nextK));
                var step = panels == 1 ? rows : ProductKernel.TileRows;
                for (var row = 0; row < rows; row += step)
                {
                    for (var panel = 0; panel < panels; panel++)
                    {
                        var (left, right) = (chunk + (2 * panel), chunk + (2 * panel) + 1);
                        var here = Math.Min(step, rows - row);
                        var factor = a.From(row, k);
                        MultiplyPanel(
                            factor, places[panel], here, count,
                            c.Half(left, row, here, k == 0), right < to ? c.Half(right, row, here, k == 0) : ProductTarget.Waste,
                            panelAhead.IsKnown ? panelAhead : panel == 0 ? factor.Ahead : ReadAhead.Nothing);
                    }
                }
            }
        }
    }

    /// <summary>All rows of one panel, while what is read next is fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyPanel(in ProductFactor a, float* panel, int rows, int depth, in TileHalf left, in TileHalf right, in ReadAhead ahead)
    {
        var (row, tile) = (0, 0);
        // Of few rows a single tile is large enough to fetch.
        var isAlone = ahead.IsPair && rows < ProductKernel.TileRows + ProductKernel.SomeRows;
        var isHalf = right.Result == ProductTarget.Waste.Result && !isAlone;
        for (; row <= rows - ProductKernel.TileRows; row += ProductKernel.TileRows, tile++)
        {
            if (isHalf)
            {
                if (ahead.Has(tile))
                {
                    ProductKernel.TwelveOfHalf(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), ahead.Of(tile));
                }
                else
                {
                    ProductKernel.TwelveOfHalf(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), default(ReadAhead.None));
                }
            }
            else if (isAlone)
            {
                ProductKernel.Twelve(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), ahead.OfBoth());
            }
            else if (ahead.Has(tile))
            {
                ProductKernel.Twelve(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), ahead.Of(tile));
            }
            else
            {
                ProductKernel.Twelve(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), default(ReadAhead.None));
            }
        }

        if (row <= rows - ProductKernel.SomeRows)
        {
            if (isAlone)
            {
                ProductKernel.Eight(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), ahead.OfBoth());
            }
            else if (ahead.Has(tile))
            {
                ProductKernel.Eight(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), ahead.Of(tile));
            }
            else
            {
                ProductKernel.Eight(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), default(ReadAhead.None));
            }

            row += ProductKernel.SomeRows;
        }

        if (row <= rows - ProductKernel.FewRows)
        {
            if (isAlone && row == 0)
            {
                ProductKernel.Four(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), ahead.OfBoth());
            }
            else
            {
                ProductKernel.Four(a.Begin(row), a.Row, a.Step, panel, depth, left.From(row), right.From(row), default(ReadAhead.None));
            }

            row += ProductKernel.FewRows;
        }

        if (row < rows)
        {
            MultiplyLastRows(a.From(row, 0), panel, rows - row, depth, left.From(row), right.From(row), isAlone && row == 0 ? ahead : ReadAhead.Nothing);
        }
    }

    /// <summary>Depth of a block that divides <paramref name="depth"/> evenly; a multiple of sixteen.</summary>
    public static int BlockDepth(int depth)
    {
        var blocks = (depth + MostDepth - 1) / MostDepth;
        return (((depth + blocks - 1) / blocks) + Line - 1) / Line * Line;
    }

    /// <summary>The first place in <paramref name="memory"/> where a line of the cache begins; it takes up to sixteen numbers.</summary>
    public static float* Aligned(float* memory) => (float*)(((nint)memory + 63) & ~(nint)63);

    // Up to three rows: on a copy with a fourth one of zeros, so that nothing behind them is read or written.
    [SkipLocalsInit]
    private static void MultiplyLastRows(in ProductFactor a, float* panel, int rows, int depth, in TileHalf left, in TileHalf right, in ReadAhead ahead)
    {
        var factor = stackalloc float[ProductKernel.FewRows * MostDepth];
        var sums = stackalloc float[ProductKernel.FewRows * ProductKernel.TileColumns];
        new Span<float>(factor, ProductKernel.FewRows * MostDepth).Clear();
        new Span<float>(sums, ProductKernel.FewRows * ProductKernel.TileColumns).Clear();
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < depth; k++)
            {
                factor[(row * MostDepth) + k] = a.First[(row * a.Row) + (k * a.Step)];
            }

            Copy(left.Start + (row * left.StartRow), sums + (row * ProductKernel.TileColumns));
            Copy(right.Start + (row * right.StartRow), sums + (row * ProductKernel.TileColumns) + ProductKernel.HalfColumns);
        }

        TileHalf Half(int column) => new(sums + column, ProductKernel.TileColumns, sums + column, ProductKernel.TileColumns);
        if (ahead.IsKnown)
        {
            ProductKernel.Four(factor, MostDepth, 1, panel, depth, Half(0), Half(ProductKernel.HalfColumns), ahead.OfBoth());
        }
        else
        {
            ProductKernel.Four(factor, MostDepth, 1, panel, depth, Half(0), Half(ProductKernel.HalfColumns), default(ReadAhead.None));
        }

        for (var row = 0; row < rows; row++)
        {
            Copy(sums + (row * ProductKernel.TileColumns), left.Result + (row * left.ResultRow));
            Copy(sums + (row * ProductKernel.TileColumns) + ProductKernel.HalfColumns, right.Result + (row * right.ResultRow));
        }
    }

    private static void Copy(float* from, float* to) => new ReadOnlySpan<float>(from, ProductKernel.HalfColumns).CopyTo(new Span<float>(to, ProductKernel.HalfColumns));
}
