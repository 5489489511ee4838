using System.Globalization;

namespace Diptych.Common.Runtime;

/// <summary>Where the process's memory lies, as Linux lists it; elsewhere nothing is known.</summary>
internal static class MemoryMaps
{
    private const string Source = "/proc/self/maps";

    /// <summary>The block that the main thread's memory is cut from, in one piece or several; lengths in bytes.</summary>
    public static IReadOnlyList<(nint Begin, long Length)> Heap() => File.Exists(Source) ? Heap(File.ReadLines(Source)) : [];

    /// <summary>The same of such a list.</summary>
    internal static IReadOnlyList<(nint Begin, long Length)> Heap(IEnumerable<string> lines) =>
        [.. lines.Where(line => line.EndsWith("[heap]", StringComparison.Ordinal)).Select(line =>
        {
            var dash = line.IndexOf('-', StringComparison.Ordinal);
            var begin = Address(line.AsSpan(0, dash));
            return ((nint)begin, Address(line.AsSpan((dash + 1)..line.IndexOf(' ', StringComparison.Ordinal))) - begin);
        })];

    private static long Address(ReadOnlySpan<char> digits) => long.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
