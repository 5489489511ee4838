using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>What <see cref="SmallTiles"/>' products get of the gradient of their output, A dY A^T: of 2x2 pixels sixteen numbers.</summary>
internal readonly unsafe struct SmallTileGradients : ITileInput
{
    /// <inheritdoc/>
    public static int Side => SmallTiles.Side;

    /// <inheritdoc/>
    public static int InputSide => SmallTiles.Side;

    /// <inheritdoc/>
    public static int Enlargement => 1;

    /// <inheritdoc/>
    public static int Rows => SmallTiles.Rows;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, nint channels, float* to, nint toPlace)
    {
        for (nint channel = 0; channel < channels; channel += ProductKernel.HalfColumns)
        {
            var (upLeft, upRight) = (Vector512.Load(pixels[0] + channel), Vector512.Load(pixels[1] + channel));
            var (downLeft, downRight) = (Vector512.Load(pixels[2] + channel), Vector512.Load(pixels[3] + channel));
            var place = to + channel;
            Store(upLeft, upRight, place, toPlace);
            Store(upLeft + downLeft, upRight + downRight, place + (4 * toPlace), toPlace);
            Store(upLeft - downLeft, upRight - downRight, place + (8 * toPlace), toPlace);
            Store(-downLeft, -downRight, place + (12 * toPlace), toPlace);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> left, Vector512<float> right, float* to, nint toPlace)
    {
        left.Store(to);
        (left + right).Store(to + toPlace);
        (left - right).Store(to + (2 * toPlace));
        (-right).Store(to + (3 * toPlace));
    }
}
