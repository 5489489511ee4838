using System.Text;
using Microsoft.ML.Tokenizers;

namespace Diptych.Common.Text;

/// <summary>CLIP's clean-up before splitting: canonical composition, every run of white space to one space, lower case.</summary>
internal sealed class ClipNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override string Normalize(string original) => Normalize(original.AsSpan());

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original)
    {
        var result = new StringBuilder(original.Length);
        var inSpace = false;
        foreach (var rune in CanonicalComposition.Compose(original).EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune);
            if (!isSpace)
            {
                AppendLower(result, rune);
            }
            else if (!inSpace)
            {
                result.Append(' ');
            }

            inSpace = isSpace;
        }

        return result.ToString();
    }

    private static void AppendLower(StringBuilder result, Rune rune)
    {
        // The one letter whose lower case takes two characters (SpecialCasing.txt); the invariant culture leaves it as it is.
        if (rune.Value == 0x130)
        {
            result.Append("i\u0307");
        }
        else
        {
            result.Append(Rune.ToLowerInvariant(rune));
        }
    }
}
