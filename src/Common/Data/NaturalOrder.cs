namespace Diptych.Common.Data;

/// <summary>
/// Orders file names as people number them: runs of digits by value (2.jpg before 10.jpg), the rest letter by letter without regard
/// to case. No culture takes part, so the order, and with it every seeded draw, is the same on every machine.
/// </summary>
public sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The one order.</summary>
    public static NaturalOrder Instance { get; } = new();

    private NaturalOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return string.CompareOrdinal(x, y);
        }

        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var difference = char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0])
                ? CompareNumbers(ref left, ref right)
                : CompareCharacters(ref left, ref right);
            if (difference != 0)
            {
                return difference;
            }
        }

        var rest = left.Length - right.Length;
        // Names equal but for case or leading zeros still need one order.
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static int CompareNumbers(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var a = TakeNumber(ref left);
        var b = TakeNumber(ref right);
        return a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
    }

    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }

    private static int CompareCharacters(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var difference = char.ToUpperInvariant(left[0]) - char.ToUpperInvariant(right[0]);
        left = left[1..];
        right = right[1..];
        return difference;
    }
}
