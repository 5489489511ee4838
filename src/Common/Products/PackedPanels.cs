namespace Diptych.Common.Products;

/// <summary>A right factor laid out once as the kernel reads it, [panels, depth, 32], so that no product has to.</summary>
/// <param name="first">Its first number.</param>
/// <param name="depth">Rows.</param>
internal readonly unsafe struct PackedPanels(float* first, int depth) : IProductPanels
{
    private readonly float* _first = first;

    /// <summary>Lays one out.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="depth">Its rows; a multiple of sixteen.</param>
    /// <param name="chunks">Its columns, in sixteens.</param>
    /// <param name="to">Where it goes.</param>
    public static void Lay<TPanels>(TPanels factor, int depth, int chunks, float* to)
        where TPanels : struct, IProductPanels
    {
        for (var panel = 0; panel < (chunks + 1) / 2; panel++)
        {
            factor.Pack(2 * panel, 0, depth, to);
            // The half of a last panel that is not there repeats what is: nobody reads its sums.
            factor.Pack(Math.Min((2 * panel) + 1, chunks - 1), 0, depth, to + ProductKernel.HalfColumns);
            to += depth * ProductKernel.TileColumns;
        }
    }

    /// <summary>Numbers one of so many rows and columns, in sixteens, takes.</summary>
    public static nint Size(int depth, int chunks) => (chunks + 1) / 2 * (nint)depth * ProductKernel.TileColumns;

    /// <inheritdoc/>
    public float* Find(int chunk, int from) => _first + (((chunk / 2 * (nint)depth) + from) * ProductKernel.TileColumns);

    /// <inheritdoc/>
    public ReadAhead Ahead(int chunk, int from, int count) => ReadAhead.Panel(Find(chunk, from), count);

    /// <inheritdoc/>
    public void Pack(int chunk, int from, int count, float* to) => throw new InvalidOperationException("It is packed.");
}
