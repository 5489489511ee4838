namespace Diptych.Common.Vae;

/// <summary>How tiles of one size lie along one side of a picture: evenly, the first at its beginning and the last at its end.</summary>
/// <param name="Starts">Where the tiles begin.</param>
/// <param name="Tile">Their common length.</param>
internal sealed record TileAxis(IReadOnlyList<int> Starts, int Tile)
{
    /// <summary>As few tiles as reach over <paramref name="length"/> with neighbours sharing at least <paramref name="overlap"/>.</summary>
    public static TileAxis Over(int length, int tile, int overlap)
    {
        if (length <= tile)
        {
            return new TileAxis([0], length);
        }

        var gaps = (int)Math.Ceiling((length - tile) / (double)(tile - overlap));
        return new TileAxis([.. Enumerable.Range(0, gaps + 1).Select(i => (int)Math.Round(i * (length - tile) / (double)gaps))], tile);
    }

    /// <summary>What one tile contributes to each place it covers, every place divided into <paramref name="parts"/>: the tiles' shares of a place add up to 1.</summary>
    public float[] Shares(int tile, int parts)
    {
        var shares = new float[Tile * parts];
        for (var i = 0; i < shares.Length; i++)
        {
            var place = Starts[tile] + ((i + 0.5) / parts);
            shares[i] = (float)(Ramp(tile, place) / Starts.Select((_, other) => Ramp(other, place)).Sum());
        }

        return shares;
    }

    // From 0 to 1 over what is shared with the neighbour, 1 in between and at the picture's edges; 0 outside.
    private double Ramp(int tile, double place)
    {
        var (start, end) = (Starts[tile], Starts[tile] + Tile);
        var rise = tile == 0 ? 1 : (place - start) / (Starts[tile - 1] + Tile - start);
        var fall = tile == Starts.Count - 1 ? 1 : (end - place) / (end - Starts[tile + 1]);
        return place < start || place > end ? 0 : Math.Min(1, Math.Min(rise, fall));
    }
}
