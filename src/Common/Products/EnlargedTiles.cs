using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>
/// A 3x3 convolution of a picture enlarged twofold, each pixel four times, without enlarging it: 25 multiplications for 16 outputs instead of 144, between sums without factors, which cost no digits.
/// In one dimension four pixels a, b, c, d make four outputs, g0 a + (g1 + g2) b, (g0 + g1) b + g2 c, g0 b + (g1 + g2) c and (g0 + g1) c + g2 d. Of five products, with s the sum of g,
/// g0 (a - c), s/2 (b + c), (s/2 - g0) (c - b), (g2 - s/2) (c - b) and g2 (d - b), they are p1 + p0 - p2, p1 + p3, p1 + p2 and p1 + p4 - p3.
/// </summary>
internal readonly unsafe struct EnlargedTiles : IWinogradTiles
{
    private const int Pixels = 4;

    /// <inheritdoc/>
    public static int Side => 4;

    /// <inheritdoc/>
    public static int InputSide => Pixels;

    /// <inheritdoc/>
    public static int Enlargement => 2;

    /// <inheritdoc/>
    public static int Rows => 5;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel(Vector512<float> g0, Vector512<float> g1, Vector512<float> g2, Vector512<float>* to, int step)
    {
        var half = (g0 + g1 + g2) * Vector512.Create(.5f);
        to[0] = g0;
        to[step] = half;
        to[2 * step] = half - g0;
        to[3 * step] = g2 - half;
        to[4 * step] = g2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, nint channels, float* to, nint toPlace)
    {
        for (nint channel = 0; channel < channels; channel += ProductKernel.HalfColumns)
        {
            var (c0, c1, c2, c3) = (Column(pixels, channel), Column(pixels + 1, channel), Column(pixels + 2, channel), Column(pixels + 3, channel));
            var place = to + channel;
            Across(Differ(c0.A, c1.A, c2.A, c3.A), place, toPlace);
            Across(Differ(c0.B, c1.B, c2.B, c3.B), place + (Rows * toPlace), toPlace);
            var middle = Differ(c0.C, c1.C, c2.C, c3.C);
            Across(middle, place + (2 * Rows * toPlace), toPlace);
            Across(middle, place + (3 * Rows * toPlace), toPlace);
            Across(Differ(c0.D, c1.D, c2.D, c3.D), place + (4 * Rows * toPlace), toPlace);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(float* from, nint place, float* bias, nint channels, float* to, nint toRight, nint toBelow)
    {
        var row = Rows * place;
        for (nint channel = 0; channel < channels; channel += ProductKernel.HalfColumns)
        {
            var m = from + channel;
            var added = bias is null ? Vector512<float>.Zero : Vector512.Load(bias + channel);
            var corner = to + channel;
            Along(Outer(m, row, 0, 2), Outer(m + place, row, 0, 2), Outer(m + (2 * place), row, 0, 2), Outer(m + (3 * place), row, 0, 2), Outer(m + (4 * place), row, 0, 2), added, corner, toRight);
            Along(Inner(m, row, 3), Inner(m + place, row, 3), Inner(m + (2 * place), row, 3), Inner(m + (3 * place), row, 3), Inner(m + (4 * place), row, 3), added, corner + toBelow, toRight);
            Along(Inner(m, row, 2), Inner(m + place, row, 2), Inner(m + (2 * place), row, 2), Inner(m + (3 * place), row, 2), Inner(m + (4 * place), row, 2), added, corner + (2 * toBelow), toRight);
            Along(Outer(m, row, 4, 3), Outer(m + place, row, 4, 3), Outer(m + (2 * place), row, 4, 3), Outer(m + (3 * place), row, 4, 3), Outer(m + (4 * place), row, 4, 3), added, corner + (3 * toBelow), toRight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Column(float** pixels, nint channel) => Differ(
        Vector512.Load(pixels[0] + channel), Vector512.Load(pixels[Pixels] + channel), Vector512.Load(pixels[2 * Pixels] + channel), Vector512.Load(pixels[3 * Pixels] + channel));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Differ(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) => new(a - c, b + c, c - b, d - b);

    // The third product and the fourth have the same pixels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Across(Four row, float* to, nint toPlace)
    {
        row.A.Store(to);
        row.B.Store(to + toPlace);
        row.C.Store(to + (2 * toPlace));
        row.C.Store(to + (3 * toPlace));
        row.D.Store(to + (4 * toPlace));
    }

    // p1 and an outer product, less the inner one beside it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Outer(float* m, nint row, int outer, int inner) => Vector512.Load(m + row) + Vector512.Load(m + (outer * row)) - Vector512.Load(m + (inner * row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Inner(float* m, nint row, int inner) => Vector512.Load(m + row) + Vector512.Load(m + (inner * row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Along(Vector512<float> p0, Vector512<float> p1, Vector512<float> p2, Vector512<float> p3, Vector512<float> p4, Vector512<float> added, float* to, nint toRight)
    {
        p1 += added;
        (p1 + p0 - p2).Store(to);
        (p1 + p3).Store(to + toRight);
        (p1 + p2).Store(to + (2 * toRight));
        (p1 + p4 - p3).Store(to + (3 * toRight));
    }
}
