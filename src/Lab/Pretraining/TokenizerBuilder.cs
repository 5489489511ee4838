using System.Text.Encodings.Web;
using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Learns CLIP's byte-level pair merges (Sennrich et al. 2016; Radford et al. 2019, section 2.2) from a list of words, until every word is one
/// token, and writes the tokenizer in transformers' layout.
/// </summary>
public static class TokenizerBuilder
{
    private const string WordEnd = "</w>";
    private const string Start = "<|startoftext|>";
    private const string End = "<|endoftext|>";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c> and the two configuration files.</summary>
    /// <param name="words">Words that must become one token each; lower-case letters only.</param>
    /// <param name="contextLength">Tokens of a padded prompt, start and end included.</param>
    /// <param name="folder">Where to; created if need be.</param>
    /// <exception cref="Common.DiptychException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<string> words, int contextLength, string folder)
    {
        var merges = Merges(words);
        var symbols = ByteSymbols();
        string[] vocabulary = [.. symbols, .. symbols.Select(symbol => symbol + WordEnd), .. merges.Select(pair => pair.Left + pair.Right), Start, End];
        var ids = vocabulary.Distinct(StringComparer.Ordinal).Index().ToDictionary(token => token.Item, token => token.Index, StringComparer.Ordinal);
        var special = new Dictionary<string, string> { ["bos_token"] = Start, ["eos_token"] = End, ["unk_token"] = End, ["pad_token"] = End };
        var config = new Dictionary<string, object>
        {
            ["tokenizer_class"] = "CLIPTokenizer", ["model_max_length"] = contextLength, ["add_prefix_space"] = false, ["do_lower_case"] = true, ["errors"] = "replace",
        };
        foreach (var (name, token) in special)
        {
            config[name] = token;
        }

        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(ids, Plain));
        AtomicFile.WriteText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + string.Concat(merges.Select(pair => $"{pair.Left} {pair.Right}\n")));
        AtomicFile.WriteText(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(config, Indented));
        AtomicFile.WriteText(Path.Combine(folder, "special_tokens_map.json"), JsonSerializer.Serialize(special, Indented));
    }

    // The most frequent pair first, the first in ordinal order among equals, so that the same words always give the same file.
    private static List<(string Left, string Right)> Merges(IReadOnlyList<string> words)
    {
        var pieces = words.Distinct().Select(word => word.Select((letter, at) => at == word.Length - 1 ? letter + WordEnd : letter.ToString()).ToList()).ToList();
        var merges = new List<(string, string)>();
        while (pieces.Any(word => word.Count > 1))
        {
            var best = pieces.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key.First, StringComparer.Ordinal).ThenBy(group => group.Key.Second, StringComparer.Ordinal)
                .First().Key;
            merges.Add(best);
            pieces.ForEach(word => Join(word, best));
        }

        return merges;
    }

    private static void Join(List<string> word, (string Left, string Right) pair)
    {
        for (var at = 0; at + 1 < word.Count; at++)
        {
            if (word[at] == pair.Left && word[at + 1] == pair.Right)
            {
                word[at] += word[at + 1];
                word.RemoveAt(at + 1);
            }
        }
    }

    // GPT-2's printable stand-ins: bytes that print stand for themselves and come first, the others from U+0100 on.
    private static string[] ByteSymbols()
    {
        int[] printable = [.. Enumerable.Range(33, 94), .. Enumerable.Range(161, 12), .. Enumerable.Range(174, 82)];
        return [.. printable.Concat(Enumerable.Range(256, 256 - printable.Length)).Select(code => ((char)code).ToString())];
    }
}
