using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Runtime;

/// <summary>
/// Eight blocks of a <see cref="RandomStream"/> at once, as standard normal numbers, in the lanes of AVX-512's registers: in double precision, so that rounded to fp32 they are the numbers that one pair after
/// the other gives.
/// </summary>
internal static class NormalNumbers
{
    /// <summary>Blocks at once.</summary>
    public const int Blocks = 8;

    /// <summary>Numbers of so many blocks.</summary>
    public const int Count = 4 * Blocks;

    // ln 2 and pi / 2 in two parts, the first with so few digits that small multiples of it are exact.
    private const double Ln2 = 6.93147180369123816490e-01;
    private const double Ln2Rest = 1.90821492927058770002e-10;
    private const double QuarterCircle = 1.57079632673412561417;
    private const double QuarterCircleRest = 6.07710050650619224932e-11;

    /// <summary>Fills 32 numbers: four of each block, a cosine and a sine of its first two words, then of the others.</summary>
    /// <param name="words">The blocks' first words, [8], their second ones, third and fourth.</param>
    /// <param name="target">Where the numbers go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Fill(in (Vector512<ulong> First, Vector512<ulong> Second, Vector512<ulong> Third, Vector512<ulong> Fourth) words, Span<float> target)
    {
        Span<float> numbers = stackalloc float[Count];
        var (cosine, sine) = Pair(words.First, words.Second);
        Avx512F.ConvertToVector256Single(cosine).CopyTo(numbers);
        Avx512F.ConvertToVector256Single(sine).CopyTo(numbers[Blocks..]);
        (cosine, sine) = Pair(words.Third, words.Fourth);
        Avx512F.ConvertToVector256Single(cosine).CopyTo(numbers[(2 * Blocks)..]);
        Avx512F.ConvertToVector256Single(sine).CopyTo(numbers[(3 * Blocks)..]);
        for (var i = 0; i < Count; i++)
        {
            target[i] = numbers[(i % 4 * Blocks) + (i / 4)];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Cosine, Vector512<double> Sine) Pair(Vector512<ulong> first, Vector512<ulong> second)
    {
        var radius = Vector512.Sqrt(-2 * Logarithm((ToDouble(first) + Vector512<double>.One) * RandomStream.OneWord));
        var (cosine, sine) = CosineAndSine(ToDouble(second) * RandomStream.OneOfCircle);
        return (radius * cosine, radius * sine);
    }

    // Of whole numbers below 2^32: they are the last digits of 2^52 and themselves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ToDouble(Vector512<ulong> words)
    {
        var shift = Vector512.Create(4503599627370496.0);
        return (words | shift.AsUInt64()).AsDouble() - shift;
    }

    /// <summary>ln x of normal positive numbers: x = 2^k m with m around 1, and with s = (m - 1) / (m + 1) the series of 2 artanh s in its minimax form (fdlibm, e_log).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Logarithm(Vector512<double> x)
    {
        const long leastSignificand = 0x3FE6A09E667F3BCD;
        var k = (x.AsInt64() - Vector512.Create(leastSignificand)) >> 52;
        var f = (x.AsInt64() - (k << 52)).AsDouble() - Vector512<double>.One;
        var s = f / (f + Vector512.Create(2.0));
        var z = s * s;
        var series = Horner(z, 1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01) * z;
        var square = f * f * 0.5;
        var exponent = Vector512.ConvertToDouble(k);
        return (exponent * Ln2) - ((square - ((s * (square + series)) + (exponent * Ln2Rest))) - f);
    }

    /// <summary>cos x and sin x from 0 to a whole circle: of what is left beside the nearest quarter, by their minimax polynomials (fdlibm, k_cos and k_sin).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Cosine, Vector512<double> Sine) CosineAndSine(Vector512<double> x)
    {
        var quarters = Vector512.Round(x * (2 / Math.PI));
        var r = x - (quarters * QuarterCircle) - (quarters * QuarterCircleRest);
        var z = r * r;
        var sine = r + (r * z * Horner(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06, -1.98412698298579493134e-04, 8.33333333332248946124e-03, -1.66666666666666324348e-01));
        var half = z * 0.5;
        var near = Vector512<double>.One - half;
        var cosine = near + ((Vector512<double>.One - near - half)
            + (z * z * Horner(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09, -2.75573143513906633035e-07, 2.48015872894767294178e-05, -1.38888888888741095749e-03, 4.16666666666666019037e-02)));
        var number = Vector512.ConvertToInt64(quarters);
        var isTurned = Vector512.Equals(number & Vector512<long>.One, Vector512<long>.One).AsDouble();
        var (along, up) = (Vector512.ConditionalSelect(isTurned, sine, cosine), Vector512.ConditionalSelect(isTurned, cosine, sine));
        // Signs of the quarters: cosine + - - +, sine + + - -.
        return (Negated(along, (number + Vector512<long>.One) & Vector512.Create(2L)), Negated(up, number & Vector512.Create(2L)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Negated(Vector512<double> x, Vector512<long> whereTwo) => (x.AsInt64() ^ (whereTwo << 62)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Horner(Vector512<double> x, double a, double b, double c, double d, double e, double f)
    {
        var sum = Vector512.FusedMultiplyAdd(Vector512.Create(a), x, Vector512.Create(b));
        sum = Vector512.FusedMultiplyAdd(sum, x, Vector512.Create(c));
        sum = Vector512.FusedMultiplyAdd(sum, x, Vector512.Create(d));
        sum = Vector512.FusedMultiplyAdd(sum, x, Vector512.Create(e));
        return Vector512.FusedMultiplyAdd(sum, x, Vector512.Create(f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Horner(Vector512<double> x, double a, double b, double c, double d, double e, double f, double g) =>
        Vector512.FusedMultiplyAdd(Horner(x, a, b, c, d, e, f), x, Vector512.Create(g));
}
