using System.Globalization;
using Diptych.Reports.Data;

namespace Diptych.Reports;

/// <summary>How numbers, intervals and lists are written in a report.</summary>
internal static class Notation
{
    /// <summary>Two decimals, with a true minus sign; what rounds to zero has no sign.</summary>
    public static string Number(double value)
    {
        var text = value.ToString("F2", CultureInfo.InvariantCulture);
        return text == "-0.00" ? "0.00" : text.Replace('-', '\u2212');
    }

    /// <summary>Two decimals with a plus or minus sign.</summary>
    public static string Signed(double value)
    {
        var text = Number(value);
        return text[0] == '\u2212' || text == "0.00" ? text : "+" + text;
    }

    public static string Range(double low, double high) => $"[{Number(low)}, {Number(high)}]";

    public static string Interval(RowRecord row) => $"{Number(row.Value)} {Range(row.Low, row.High)}";

    public static string Interval(EffectRecord effect) => $"{Signed(effect.Difference)} {Range(effect.Low, effect.High)}";

    /// <summary>The size of an effect whose direction the sentence tells: ends swap where the sign does.</summary>
    public static string Magnitude(EffectRecord effect) => effect.Difference < 0
        ? $"{Number(-effect.Difference)} {Range(-effect.High, -effect.Low)}"
        : $"{Number(effect.Difference)} {Range(effect.Low, effect.High)}";

    /// <summary>A count with thin spaces between thousands.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u202F');

    public static string Bytes(long value) => value switch
    {
        >= 1L << 30 => $"{Decimal(value / (double)(1L << 30))} GiB",
        >= 1L << 20 => $"{Decimal(value / (double)(1L << 20))} MiB",
        >= 1L << 10 => $"{Decimal(value / (double)(1L << 10))} KiB",
        _ => $"{value} B",
    };

    public static string Duration(double seconds) => seconds >= 120
        ? $"{(int)seconds / 60} min {(int)seconds % 60} s"
        : $"{Decimal(seconds)} s";

    /// <summary>One decimal under ten, none from there on; with a true minus sign.</summary>
    public static string Decimal(double value) => value.ToString(Math.Abs(value) < 10 ? "0.#" : "0", CultureInfo.InvariantCulture).Replace('-', '\u2212');

    public static string P(double p) => p < 0.001 ? "< 0.001" : p.ToString("F3", CultureInfo.InvariantCulture);

    /// <summary><c>F1, F2 and F3</c>.</summary>
    public static string Words(IReadOnlyList<string> items) => items.Count switch
    {
        0 => "none",
        1 => items[0],
        _ => string.Join(", ", items.Take(items.Count - 1)) + " and " + items[^1],
    };
}
