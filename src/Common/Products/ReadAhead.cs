using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Products;

/// <summary>
/// What is read after a panel, or after a tile of rows, and is fetched while that is multiplied, by each tile a part. A small network's weights are read once for few rows, from a cache that is far or from
/// memory: the processor by itself begins anew with each page and row, and its units wait.
/// </summary>
/// <param name="first">The first tile's first line; null where nothing is known to come.</param>
/// <param name="step">From there to its next one, in numbers.</param>
/// <param name="next">From there to the next tile's first line.</param>
/// <param name="tiles">How many tiles fetch.</param>
internal readonly unsafe struct ReadAhead(float* first, nint step, nint next, int tiles)
{
    /// <summary>Nothing is known to come.</summary>
    public static ReadAhead Nothing => default;

    /// <summary>Whether anything is.</summary>
    public bool IsKnown => first is not null;

    /// <summary>A panel that lies as the kernel reads it, [depth, 32], a half by each of two tiles.</summary>
    public static ReadAhead Panel(float* first, nint depth) => new(first, ProductKernel.HalfColumns, depth * ProductKernel.HalfColumns, 2);

    /// <summary>Whether there is anything for a tile to fetch.</summary>
    /// <param name="tile">The tile's number from the top.</param>
    public bool Has(int tile) => first is not null && tile < tiles;

    /// <summary>What it fetches.</summary>
    public Lines Of(int tile) => new(first + (tile * next), step);

    /// <summary>Whether two tiles fetch all there is, so that a single one can in their place.</summary>
    public bool IsPair => first is not null && tiles == 2;

    /// <summary>What both tiles fetch.</summary>
    public Pairs OfBoth() => new(first, step, next);

    /// <summary>Lines that are fetched one after the other; they need not be there.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="step">From there to the next one, in numbers.</param>
    internal struct Lines(float* first, nint step) : IReadAhead
    {
        private readonly nint _step = step;
        private float* _next = first;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Fetch()
        {
            // Into the second cache: the first is full of what is multiplied.
            Sse.Prefetch1(_next);
            _next += _step;
        }
    }

    /// <summary>Two such rows of lines beside each other.</summary>
    /// <param name="first">The first line.</param>
    /// <param name="step">From there to the next one, in numbers.</param>
    /// <param name="beside">From there to the first one of the other row.</param>
    internal struct Pairs(float* first, nint step, nint beside) : IReadAhead
    {
        private readonly nint _step = step;
        private readonly nint _beside = beside;
        private float* _next = first;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Fetch()
        {
            Sse.Prefetch1(_next);
            Sse.Prefetch1(_next + _beside);
            _next += _step;
        }
    }

    /// <summary>No lines.</summary>
    internal readonly struct None : IReadAhead
    {
        /// <inheritdoc/>
        public void Fetch()
        {
        }
    }
}
