using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>F(2x2, 3x3): four ninths of the multiplications, 16 for 4 outputs, between sums without factors, which cost no digits.</summary>
internal readonly unsafe struct SmallTiles : IWinogradTiles
{
    /// <inheritdoc/>
    public static int Side => 2;

    /// <inheritdoc/>
    public static int InputSide => 4;

    /// <inheritdoc/>
    public static int Enlargement => 1;

    /// <inheritdoc/>
    public static int Rows => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel(Vector512<float> g0, Vector512<float> g1, Vector512<float> g2, Vector512<float>* to, int step)
    {
        var half = Vector512.Create(0.5f);
        var (outer, inner) = ((g0 + g2) * half, g1 * half);
        to[0] = g0;
        to[step] = outer + inner;
        to[2 * step] = outer - inner;
        to[3 * step] = g2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, nint channels, float* to, nint toPlace)
    {
        for (nint channel = 0; channel < channels; channel += ProductKernel.HalfColumns)
        {
            var c0 = Differ(Vector512.Load(pixels[0] + channel), Vector512.Load(pixels[4] + channel), Vector512.Load(pixels[8] + channel), Vector512.Load(pixels[12] + channel));
            var c1 = Differ(Vector512.Load(pixels[1] + channel), Vector512.Load(pixels[5] + channel), Vector512.Load(pixels[9] + channel), Vector512.Load(pixels[13] + channel));
            var c2 = Differ(Vector512.Load(pixels[2] + channel), Vector512.Load(pixels[6] + channel), Vector512.Load(pixels[10] + channel), Vector512.Load(pixels[14] + channel));
            var c3 = Differ(Vector512.Load(pixels[3] + channel), Vector512.Load(pixels[7] + channel), Vector512.Load(pixels[11] + channel), Vector512.Load(pixels[15] + channel));
            var place = to + channel;
            Store(Differ(c0.A, c1.A, c2.A, c3.A), place, toPlace);
            Store(Differ(c0.B, c1.B, c2.B, c3.B), place + (4 * toPlace), toPlace);
            Store(Differ(c0.C, c1.C, c2.C, c3.C), place + (8 * toPlace), toPlace);
            Store(Differ(c0.D, c1.D, c2.D, c3.D), place + (12 * toPlace), toPlace);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(float* from, nint place, float* bias, nint channels, float* to, nint toRight, nint toBelow)
    {
        for (nint channel = 0; channel < channels; channel += ProductKernel.HalfColumns)
        {
            var m = from + channel;
            var (up0, down0) = Gather(m, 4 * place);
            var (up1, down1) = Gather(m + place, 4 * place);
            var (up2, down2) = Gather(m + (2 * place), 4 * place);
            var (up3, down3) = Gather(m + (3 * place), 4 * place);
            var added = bias is null ? Vector512<float>.Zero : Vector512.Load(bias + channel);
            var corner = to + channel;
            (up0 + up1 + up2 + added).Store(corner);
            (up1 - up2 - up3 + added).Store(corner + toRight);
            (down0 + down1 + down2 + added).Store(corner + toBelow);
            (down1 - down2 - down3 + added).Store(corner + toBelow + toRight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Differ(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3) => new(d0 - d2, d1 + d2, d2 - d1, d1 - d3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Up, Vector512<float> Down) Gather(float* from, nint row)
    {
        var (m0, m1, m2, m3) = (Vector512.Load(from), Vector512.Load(from + row), Vector512.Load(from + (2 * row)), Vector512.Load(from + (3 * row)));
        return (m0 + m1 + m2, m1 - m2 - m3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Four row, float* to, nint toPlace)
    {
        row.A.Store(to);
        row.B.Store(to + toPlace);
        row.C.Store(to + (2 * toPlace));
        row.D.Store(to + (3 * toPlace));
    }
}
