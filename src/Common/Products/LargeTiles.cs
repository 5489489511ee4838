using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>
/// F(4x4, 3x3): a quarter of the multiplications, 36 for 16 outputs, between sums with factors of up to eight, which cost a digit: errors are some millionths of the largest output.
/// </summary>
internal readonly unsafe struct LargeTiles : IWinogradTiles
{
    /// <inheritdoc/>
    public static int Side => 4;

    /// <inheritdoc/>
    public static int InputSide => Rows;

    /// <inheritdoc/>
    public static int Enlargement => 1;

    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel(Vector512<float> g0, Vector512<float> g1, Vector512<float> g2, Vector512<float>* to, int step)
    {
        var (sixth, twelfth, twentyFourth) = (Vector512.Create(1f / 6), Vector512.Create(1f / 12), Vector512.Create(1f / 24));
        var (outer, wide) = ((g0 + g2) * -sixth, (g0 * twentyFourth) + (g2 * sixth));
        to[0] = g0 * Vector512.Create(.25f);
        to[step] = outer - (g1 * sixth);
        to[2 * step] = outer + (g1 * sixth);
        to[3 * step] = wide + (g1 * twelfth);
        to[4 * step] = wide - (g1 * twelfth);
        to[5 * step] = g2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, nint channels, float* to, nint toPlace)
    {
        for (nint channel = 0; channel < channels; channel += ProductKernel.HalfColumns)
        {
            var place = to + channel;
            Across(Outer(pixels, 0, channel), Outer(pixels, 1, channel), Outer(pixels, 2, channel), Outer(pixels, 3, channel), Outer(pixels, 4, channel), Outer(pixels, 5, channel), place, toPlace);
            place += Rows * toPlace;
            InnerRows(-4, pixels, channel, place, toPlace);
            place += 2 * Rows * toPlace;
            InnerRows(-1, pixels, channel, place, toPlace);
            place += 2 * Rows * toPlace;
            pixels += Rows;
            Across(Outer(pixels, 0, channel), Outer(pixels, 1, channel), Outer(pixels, 2, channel), Outer(pixels, 3, channel), Outer(pixels, 4, channel), Outer(pixels, 5, channel), place, toPlace);
            pixels -= Rows;
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
            var (a0, c0) = Even(m, row);
            var (a1, c1) = Even(m + place, row);
            var (a2, c2) = Even(m + (2 * place), row);
            var (a3, c3) = Even(m + (3 * place), row);
            var (a4, c4) = Even(m + (4 * place), row);
            var (a5, c5) = Even(m + (5 * place), row);
            Along(a0, a1, a2, a3, a4, a5, added, corner, toRight);
            Along(c0, c1, c2, c3, c4, c5, added, corner + (2 * toBelow), toRight);
            var (b0, d0) = Odd(m, row);
            var (b1, d1) = Odd(m + place, row);
            var (b2, d2) = Odd(m + (2 * place), row);
            var (b3, d3) = Odd(m + (3 * place), row);
            var (b4, d4) = Odd(m + (4 * place), row);
            var (b5, d5) = Odd(m + (5 * place), row);
            Along(b0, b1, b2, b3, b4, b5, added, corner + toBelow, toRight);
            Along(d0, d1, d2, d3, d4, d5, added, corner + (3 * toBelow), toRight);
        }
    }

    // B^T's first row, and its last where the pixels begin one row lower: 4, 0, -5, 0, 1 down a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Outer(float** pixels, int column, nint channel) => Outer(
        Vector512.Load(pixels[column] + channel), Vector512.Load(pixels[column + (2 * Rows)] + channel), Vector512.Load(pixels[column + (4 * Rows)] + channel));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Outer(Vector512<float> first, Vector512<float> third, Vector512<float> fifth) =>
        Vector512.FusedMultiplyAdd(Vector512.Create(4f), first, Vector512.FusedMultiplyAdd(Vector512.Create(-5f), third, fifth));

    // B^T's second and third row (factor -4) or its fourth and fifth (-1): the even part of a column, and the odd one added and taken away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InnerRows(float factor, float** pixels, nint channel, float* to, nint toPlace)
    {
        var (a0, b0) = Inner(factor, pixels, 0, channel);
        var (a1, b1) = Inner(factor, pixels, 1, channel);
        var (a2, b2) = Inner(factor, pixels, 2, channel);
        var (a3, b3) = Inner(factor, pixels, 3, channel);
        var (a4, b4) = Inner(factor, pixels, 4, channel);
        var (a5, b5) = Inner(factor, pixels, 5, channel);
        Across(a0, a1, a2, a3, a4, a5, to, toPlace);
        Across(b0, b1, b2, b3, b4, b5, to + (Rows * toPlace), toPlace);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Plus, Vector512<float> Minus) Inner(float factor, float** pixels, int column, nint channel) => Inner(
        factor, Vector512.Load(pixels[column + Rows] + channel), Vector512.Load(pixels[column + (2 * Rows)] + channel),
        Vector512.Load(pixels[column + (3 * Rows)] + channel), Vector512.Load(pixels[column + (4 * Rows)] + channel));

    // With -4: d4 - 4 d2 and d3 - 4 d1; with -1: d4 - d2 and twice d3 - d1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Plus, Vector512<float> Minus) Inner(float factor, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4)
    {
        var scale = Vector512.Create(factor);
        var (even, odd) = (Vector512.FusedMultiplyAdd(scale, d2, d4), Vector512.FusedMultiplyAdd(scale, d1, d3));
        odd = factor == -1 ? odd + odd : odd;
        return (even + odd, even - odd);
    }

    // A row times B.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Across(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, float* to, nint toPlace)
    {
        var (second, third) = Inner(-4, d1, d2, d3, d4);
        var (fourth, fifth) = Inner(-1, d1, d2, d3, d4);
        Outer(d0, d2, d4).Store(to);
        second.Store(to + toPlace);
        third.Store(to + (2 * toPlace));
        fourth.Store(to + (3 * toPlace));
        fifth.Store(to + (4 * toPlace));
        Outer(d1, d3, d5).Store(to + (5 * toPlace));
    }

    // A^T's first and third row: 1, 1, 1, 1, 1 and 1, 1, 4, 4 from the second on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> First, Vector512<float> Third) Even(float* m, nint row)
    {
        var near = Vector512.Load(m + row) + Vector512.Load(m + (2 * row));
        var far = Vector512.Load(m + (3 * row)) + Vector512.Load(m + (4 * row));
        return (Vector512.Load(m) + near + far, Vector512.FusedMultiplyAdd(Vector512.Create(4f), far, near));
    }

    // A^T's second and fourth: 1, -1, 2, -2 and 1, -1, 8, -8, 1 from the second on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Second, Vector512<float> Fourth) Odd(float* m, nint row)
    {
        var near = Vector512.Load(m + row) - Vector512.Load(m + (2 * row));
        var far = Vector512.Load(m + (3 * row)) - Vector512.Load(m + (4 * row));
        return (Vector512.FusedMultiplyAdd(Vector512.Create(2f), far, near), Vector512.FusedMultiplyAdd(Vector512.Create(8f), far, near) + Vector512.Load(m + (5 * row)));
    }

    // A row times A.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Along(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> added, float* to, nint toRight)
    {
        var (near, far, nearOdd, farOdd) = (m1 + m2, m3 + m4, m1 - m2, m3 - m4);
        (m0 + near + far + added).Store(to);
        (Vector512.FusedMultiplyAdd(Vector512.Create(2f), farOdd, nearOdd) + added).Store(to + toRight);
        (Vector512.FusedMultiplyAdd(Vector512.Create(4f), far, near) + added).Store(to + (2 * toRight));
        (Vector512.FusedMultiplyAdd(Vector512.Create(8f), farOdd, nearOdd) + m5 + added).Store(to + (3 * toRight));
    }
}
