namespace Diptych.Common.Weights;

/// <summary>
/// 8-bit floating point (Micikevicius et al., "FP8 formats for deep learning", 2022): E4M3 gives up infinities for range and keeps one
/// pattern for NaN; E5M2 is IEEE-like. Both by table, as there are only 256 values.
/// </summary>
internal static class Float8
{
    public static ReadOnlySpan<float> E4M3 => FourExponentBits;

    public static ReadOnlySpan<float> E5M2 => FiveExponentBits;

    private static readonly float[] FourExponentBits = Table(exponentBits: 4, bias: 7, infinities: false);
    private static readonly float[] FiveExponentBits = Table(exponentBits: 5, bias: 15, infinities: true);

    public static void Decode(ReadOnlySpan<byte> raw, ReadOnlySpan<float> table, Span<float> target)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            target[i] = table[raw[i]];
        }
    }

    private static float[] Table(int exponentBits, int bias, bool infinities) =>
        [.. Enumerable.Range(0, 256).Select(value => Value((byte)value, exponentBits, bias, infinities))];

    private static float Value(byte value, int exponentBits, int bias, bool infinities)
    {
        var mantissaBits = 7 - exponentBits;
        var sign = value >> 7 == 0 ? 1f : -1f;
        var exponent = (value >> mantissaBits) & ((1 << exponentBits) - 1);
        var mantissa = value & ((1 << mantissaBits) - 1);
        var top = (1 << exponentBits) - 1;
        if (exponent == top && infinities)
        {
            return mantissa == 0 ? sign * float.PositiveInfinity : float.NaN;
        }

        if (exponent == top && mantissa == (1 << mantissaBits) - 1)
        {
            return float.NaN;
        }

        var fraction = mantissa / (float)(1 << mantissaBits);
        return exponent == 0
            ? sign * fraction * MathF.Pow(2, 1 - bias)
            : sign * (1 + fraction) * MathF.Pow(2, exponent - bias);
    }
}
