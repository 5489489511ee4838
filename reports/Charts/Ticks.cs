namespace Diptych.Reports.Charts;

/// <summary>Round numbers for axes.</summary>
internal static class Ticks
{
    private static readonly int[] Factors = [1, 2, 5, 10];

    /// <summary>Multiples of 1, 2 or 5 times a power of ten within the limits, about <paramref name="count"/> of them.</summary>
    public static IReadOnlyList<double> Within(double low, double high, int count)
    {
        var rough = (high - low) / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = Factors.Select(factor => factor * power).First(candidate => candidate >= rough * 0.999);
        var first = (long)Math.Ceiling((low / step) - 1e-9);
        var last = (long)Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => (first + i) * step)];
    }
}
