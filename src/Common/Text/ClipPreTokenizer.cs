using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Diptych.Common.Text;

/// <summary>
/// Splits normalised text into the words that are merged on their own: English contractions, runs of letters, single digits,
/// and runs of anything else that is no white space. It reads code points: .NET's regular expressions see UTF-16 units,
/// for which letters beyond U+FFFF are no letters.
/// </summary>
internal sealed class ClipPreTokenizer : PreTokenizer
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    // CLIP's pattern keeps these two whole, and the byte-level step after it then splits their brackets off.
    private static readonly string[] Specials = ["<|startoftext|>", "<|endoftext|>"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Split(text);

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Split(text);

    private static List<(int Offset, int Length)> Split(ReadOnlySpan<char> text)
    {
        var words = new List<(int Offset, int Length)>();
        for (var start = 0; start < text.Length;)
        {
            var rest = text[start..];
            var length = Prefix(rest, Specials);
            if (length > 0)
            {
                words.Add((start, 2));
                words.Add((start + 2, length - 4));
                words.Add((start + length - 2, 2));
            }
            else
            {
                length = Prefix(rest, Contractions);
                length = length > 0 ? length : Run(rest);
                if (Next(rest, out _) != Kind.Space)
                {
                    words.Add((start, length));
                }
            }

            start += length;
        }

        return words;
    }

    private static int Run(ReadOnlySpan<char> text)
    {
        var kind = Next(text, out var length);
        while (kind is not Kind.Number && length < text.Length && Next(text[length..], out var more) == kind)
        {
            length += more;
        }

        return length;
    }

    private static Kind Next(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        return Rune.IsWhiteSpace(rune)
            ? Kind.Space
            : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
                _ => Kind.Other,
            };
    }

    private static int Prefix(ReadOnlySpan<char> text, string[] candidates)
    {
        foreach (var candidate in candidates)
        {
            if (text.StartsWith(candidate, StringComparison.Ordinal))
            {
                return candidate.Length;
            }
        }

        return 0;
    }
}
