namespace Diptych.Common.Products;

/// <summary>What a minimal filtering algorithm makes of the pictures that go into it (<see cref="IWinogradTiles"/>): tiles of them, each a number for every product of a tile.</summary>
internal unsafe interface ITileInput
{
    /// <summary>Pixels of an output tile's side.</summary>
    static abstract int Side { get; }

    /// <summary>Pixels of an input tile's side.</summary>
    static abstract int InputSide { get; }

    /// <summary>By how much outputs lie closer than inputs: 1, or 2 where the picture is enlarged first, each pixel four times.</summary>
    static abstract int Enlargement { get; }

    /// <summary>Products in each dimension.</summary>
    static abstract int Rows { get; }

    /// <summary>The tile's numbers, B^T d B.</summary>
    /// <param name="pixels">Where each of d's pixels lies, row by row.</param>
    /// <param name="channels">How many channels there are.</param>
    /// <param name="to">Where the first place goes.</param>
    /// <param name="toPlace">From there to the next one's.</param>
    static abstract void Input(float** pixels, nint channels, float* to, nint toPlace);
}
