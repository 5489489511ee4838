namespace Diptych.Common.Products;

/// <summary>What a tile's product fetches at each step in depth.</summary>
internal interface IReadAhead
{
    /// <summary>Asks for the next line of the cache, without waiting for it.</summary>
    void Fetch();
}
