using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>
/// The three transforms of a minimal filtering algorithm (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016, section 4), each for sixteen channels at once: Y = A^T [(G g G^T) * (B^T d B)] A
/// makes a square tile of outputs of the tile of inputs around it.
/// </summary>
internal unsafe interface IWinogradTiles : ITileInput
{
    /// <summary>G times a column of g.</summary>
    /// <param name="g0">The column's first number.</param>
    /// <param name="g1">Its second.</param>
    /// <param name="g2">Its third.</param>
    /// <param name="to">Where the first row goes.</param>
    /// <param name="step">From there to the next one's, in registers.</param>
    static abstract void Kernel(Vector512<float> g0, Vector512<float> g1, Vector512<float> g2, Vector512<float>* to, int step);

    /// <summary>A^T m A, an output tile.</summary>
    /// <param name="from">m's first place.</param>
    /// <param name="place">From there to the next one's.</param>
    /// <param name="bias">Added to each pixel; null for nothing.</param>
    /// <param name="channels">How many channels there are.</param>
    /// <param name="to">Where the upper left pixel goes.</param>
    /// <param name="toRight">From a pixel to its right neighbour.</param>
    /// <param name="toBelow">From a pixel to the one below.</param>
    static abstract void Output(float* from, nint place, float* bias, nint channels, float* to, nint toRight, nint toBelow);
}
