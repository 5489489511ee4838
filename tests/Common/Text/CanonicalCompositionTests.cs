using System.Text.Json;

namespace Diptych.Tests.Common.Text;

public class CanonicalCompositionTests
{
    [Fact]
    public void Texts_in_any_form_get_the_ids_of_their_composed_form()
    {
        // What NFC makes of 600 random sequences, from Python's unicodedata. Composed text has nothing left to compose,
        // so each pair must be spelled alike, and the composed one character by character.
        var tokenizer = TokenizerCases.Lab();
        var pairs = JsonSerializer.Deserialize<string[][]>(File.ReadAllText(Fixtures.Golden("tokenizer", "nfc.json")))!;
        Assert.True(pairs.Length >= 600);
        Assert.All(pairs, pair => Assert.Equal(Spelled(pair[1]), Bytes(tokenizer.Pieces(pair[0]))));
    }

    // The embedded vocabulary merges no letters of these, so the pieces are the text's bytes; white space is not among them.
    private static string Spelled(string composed) => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(Lower(composed)));

    private static string Lower(string text) => string.Concat(text.EnumerateRunes().Select(r => r.Value == 0x130 ? "i\u0307" : System.Text.Rune.ToLowerInvariant(r).ToString()));

    private static string Bytes(IEnumerable<string> pieces) => Convert.ToHexString([.. pieces.SelectMany(p => p.Replace("</w>", "", StringComparison.Ordinal)).Select(Byte)]);

    // GPT-2's byte alphabet: printable Latin-1 stands for itself, the other bytes follow from U+0100 in order.
    private static byte Byte(char glyph)
    {
        var others = Enumerable.Range(0, 256).Where(b => b is not ((>= 33 and <= 126) or (>= 161 and <= 172) or >= 174)).ToArray();
        return (byte)(glyph < 256 ? glyph : others[glyph - 256]);
    }
}
