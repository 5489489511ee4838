using System.Runtime.CompilerServices;

namespace Diptych.Common.Products;

/// <summary>A right factor [depth, columns] that lies transposed, [columns, depth], as the weight of a linear layer does. Both are multiples of sixteen.</summary>
/// <param name="first">Its first number.</param>
/// <param name="depth">From a column to the next.</param>
internal readonly unsafe struct TransposedPanels(float* first, nint depth) : IProductPanels
{
    private readonly float* _first = first;

    /// <inheritdoc/>
    public float* Find(int chunk, int from) => null;

    // Whole columns lie one behind the other; of parts of them nothing is fetched.
    /// <inheritdoc/>
    public ReadAhead Ahead(int chunk, int from, int count) => count < depth ? ReadAhead.Nothing : ReadAhead.Panel(Column(chunk), depth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(int chunk, int from, int count, float* to)
    {
        var source = Column(chunk) + from;
        for (var k = 0; k < count; k += ProductKernel.HalfColumns)
        {
            Transposition.Exchange(source + k, depth, to + (k * ProductKernel.TileColumns), ProductKernel.TileColumns);
        }
    }

    private float* Column(int chunk) => _first + (chunk * (nint)ProductKernel.HalfColumns * depth);
}
