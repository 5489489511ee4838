namespace Diptych.Common.Cuda;

/// <summary>How the kernels of group normalisation share a picture out.</summary>
/// <param name="Samples">Pictures.</param>
/// <param name="Pixels">Pixels of each.</param>
/// <param name="Channels">Channels; a multiple of eight.</param>
/// <param name="Groups">Groups the channels are in.</param>
/// <param name="Rows">Pixels of a tile.</param>
internal readonly record struct GroupNormShape(int Samples, int Pixels, int Channels, int Groups, int Rows)
{
    /// <summary>More channels would not fit a block.</summary>
    public const int MostChannels = 8 * MostThreads;

    // What the kernels are compiled for.
    private const int MostThreads = 512;

    // Several small blocks share a multiprocessor's registers better than one large one; more channels than 8 * 256 need one.
    private const int UsualThreads = 256;

    // A block merges the tiles of its sample before it starts; more of them would cost more than they bring.
    private const int MostTiles = 128;

    /// <summary>Tiles of a sample.</summary>
    public int Tiles => (Pixels + Rows - 1) / Rows;

    /// <summary>For kernels whose threads meet in memory of two numbers for each thread's eight channels.</summary>
    public LaunchShape ForSums => new(Tiles, Samples, BlockThreads(Channels), 2 * Lanes(Channels) * Channels * sizeof(float));

    /// <summary>For kernels that go over the picture with two numbers for each group.</summary>
    public LaunchShape ForPictures => new(Tiles, Samples, BlockThreads(Channels), 2 * Groups * sizeof(float));

    /// <summary>For the kernel that adds up the parameters' gradients.</summary>
    public LaunchShape ForParameters => new((Channels + 31) / 32, 1, MostThreads, 2 * MostThreads * sizeof(float));

    /// <summary>Shares out so that there are about four blocks for each of the device's <paramref name="multiprocessors"/>, of two pixels a thread at least.</summary>
    public static GroupNormShape Of(int samples, int pixels, int channels, int groups, int multiprocessors)
    {
        var lanes = Lanes(channels);
        var tiles = Math.Clamp(((4 * multiprocessors) + samples - 1) / samples, 1, MostTiles);
        tiles = Math.Clamp(pixels / (2 * lanes), 1, tiles);
        var rows = (pixels + tiles - 1) / tiles;
        return new(samples, pixels, channels, groups, (rows + lanes - 1) / lanes * lanes);
    }

    // A thread has eight channels of a row: as many rows side by side as fit, in whole warps.
    private static int Lanes(int channels) => Math.Max(1, UsualThreads / (channels / 8));

    private static int BlockThreads(int channels) => (Lanes(channels) * (channels / 8) + 31) / 32 * 32;
}
