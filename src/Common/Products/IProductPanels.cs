namespace Diptych.Common.Products;

/// <summary>The right factor of a product, handed out in panels as the kernel reads them.</summary>
internal unsafe interface IProductPanels
{
    /// <summary>Where a panel lies as the kernel reads it, from an even chunk and a depth on; null where it must be packed.</summary>
    float* Find(int chunk, int from);

    /// <summary>What will be read of a panel, from an even chunk on.</summary>
    /// <param name="chunk">Which one.</param>
    /// <param name="from">First depth.</param>
    /// <param name="count">How many of them.</param>
    ReadAhead Ahead(int chunk, int from, int count);

    /// <summary>Writes sixteen columns.</summary>
    /// <param name="chunk">Which sixteen.</param>
    /// <param name="from">First depth; a multiple of sixteen.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="to">Where the first row goes; the next one lies 32 numbers behind it.</param>
    void Pack(int chunk, int from, int count, float* to);
}
