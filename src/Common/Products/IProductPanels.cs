namespace Diptych.Common.Products;

/// <summary>The right factor of a product, handed out in panels as the kernel reads them.</summary>
internal unsafe interface IProductPanels
{
    /// <summary>Writes sixteen columns.</summary>
    /// <param name="chunk">Which sixteen.</param>
    /// <param name="from">First depth; a multiple of sixteen.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="to">Where the first row goes; the next one lies 32 numbers behind it.</param>
    void Pack(int chunk, int from, int count, float* to);
}
