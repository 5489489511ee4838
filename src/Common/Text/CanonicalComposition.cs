using System.Globalization;
using System.Text;

namespace Diptych.Common.Text;

/// <summary>
/// Unicode's canonical composition (NFC, UAX #15). The runtime's own needs ICU, which the program does without
/// (in invariant mode <see cref="string.Normalize()"/> returns its input), so the few tables it takes are carried along.
/// </summary>
internal sealed class CanonicalComposition
{
    private const int HangulSyllable = 0xAC00, HangulLead = 0x1100, HangulVowel = 0x1161, HangulTail = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28;

    private static readonly Lazy<CanonicalComposition> Tables = new(Read);

    private readonly Dictionary<int, (int First, int Second)> _decomposed = [];
    private readonly Dictionary<(int First, int Second), int> _composed = [];
    private readonly Dictionary<int, int> _class = [];

    private CanonicalComposition()
    {
    }

    /// <summary>The text in NFC. Lone surrogates become U+FFFD.</summary>
    public static string Compose(ReadOnlySpan<char> text)
    {
        // Below U+0300 nothing combines and everything is composed already: most prompts never touch the tables.
        return text.IndexOfAnyExceptInRange('\0', '\u02FF') < 0 ? text.ToString() : Tables.Value.Normalize(text);
    }

    private string Normalize(ReadOnlySpan<char> text)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        Recompose(points);
        var result = new StringBuilder(points.Count);
        foreach (var point in points)
        {
            result.Append(new Rune(point));
        }

        return result.ToString();
    }

    private void Decompose(int point, List<int> into)
    {
        var syllable = point - HangulSyllable;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            into.Add(HangulLead + (syllable / (Vowels * Tails)));
            into.Add(HangulVowel + (syllable / Tails % Vowels));
            if (syllable % Tails > 0)
            {
                into.Add(HangulTail + (syllable % Tails));
            }
        }
        else if (_decomposed.TryGetValue(point, out var pair))
        {
            Decompose(pair.First, into);
            if (pair.Second >= 0)
            {
                Decompose(pair.Second, into);
            }
        }
        else
        {
            into.Add(point);
        }
    }

    // A stable insertion sort of each run of marks by combining class: runs are a few marks long.
    private void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var mark = points[i];
            var j = i;
            for (; j > 0 && Class(mark) > 0 && Class(points[j - 1]) > Class(mark); j--)
            {
                points[j] = points[j - 1];
            }

            points[j] = mark;
        }
    }

    private void Recompose(List<int> points)
    {
        var starter = -1;
        var kept = 0;
        var previousClass = 0;
        foreach (var point in points.ToArray())
        {
            var combining = Class(point);
            // A mark reaches its starter unless one of its own class, or another starter, stands between them.
            var reaches = starter >= 0 && (kept == starter + 1 || (previousClass < combining && previousClass > 0));
            if (reaches && Pair(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            if (combining == 0)
            {
                starter = kept;
            }

            previousClass = combining;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private int? Pair(int first, int second)
    {
        if (first - HangulLead is >= 0 and < Leads && second - HangulVowel is >= 0 and < Vowels)
        {
            return HangulSyllable + ((((first - HangulLead) * Vowels) + second - HangulVowel) * Tails);
        }

        if (first - HangulSyllable is >= 0 and < Leads * Vowels * Tails && (first - HangulSyllable) % Tails == 0 && second - HangulTail is > 0 and < Tails)
        {
            return first + second - HangulTail;
        }

        return _composed.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private int Class(int point) => _class.GetValueOrDefault(point);

    private static CanonicalComposition Read()
    {
        var tables = new CanonicalComposition();
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("CanonicalComposition.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '=')
            {
                tables.ReadClass(line[1..].Split(' '));
            }
            else if (line[0] != '#')
            {
                var points = line.TrimStart('-').Split(' ').Select(Hex).ToArray();
                var pair = (points[1], points.Length > 2 ? points[2] : -1);
                tables._decomposed.Add(points[0], pair);
                if (line[0] != '-')
                {
                    tables._composed.Add(pair, points[0]);
                }
            }
        }

        return tables;
    }

    private void ReadClass(string[] line)
    {
        foreach (var range in line[1].Split(','))
        {
            var ends = range.Split('-');
            for (var point = Hex(ends[0]); point <= Hex(ends[^1]); point++)
            {
                _class.Add(point, int.Parse(line[0], CultureInfo.InvariantCulture));
            }
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
