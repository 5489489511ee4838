using System.IO.Compression;
using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>
/// The byte-pair vocabulary of OpenAI's CLIP, which every Stable Diffusion speaks: 48,894 merges, embedded as pairs of ids. The vocabulary
/// follows from them: 256 bytes, 256 bytes that end a word, what each merge makes, begin and end.
/// </summary>
internal static class ClipVocabulary
{
    public const string Begin = "<|startoftext|>", End = "<|endoftext|>";
    public const int Context = 77;

    private const string WordEnd = "</w>";

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Pieces in the order of their ids, and the merges in order of priority.</summary>
    public static (List<string> Pieces, List<string> Merges) Read()
    {
        using var resource = typeof(ClipVocabulary).Assembly.GetManifestResourceStream("ClipMerges.zlib")!;
        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(resource, CompressionMode.Decompress))
        {
            zlib.CopyTo(unpacked);
        }

        // Four planes, one after the other: low and high bytes of the first pieces' ids, then of the second's.
        var planes = unpacked.ToArray();
        var count = planes.Length / 4;
        var pieces = new List<string>(512 + count + 2);
        pieces.AddRange(Bytes().Select(c => $"{c}"));
        pieces.AddRange(Bytes().Select(c => c + WordEnd));
        var merges = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            var first = pieces[planes[i] | planes[count + i] << 8];
            var second = pieces[planes[2 * count + i] | planes[3 * count + i] << 8];
            merges.Add($"{first} {second}");
            pieces.Add(first + second);
        }

        pieces.Add(Begin);
        pieces.Add(End);
        return (pieces, merges);
    }

    /// <summary>Writes a tokenizer folder as published with Stable Diffusion 1.5, for readers that know only files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="pad">The token that fills prompts up.</param>
    public static void WriteFolder(string folder, string pad)
    {
        var (pieces, merges) = Read();
        object Special(string token) => new { content = token, lstrip = false, normalized = true, rstrip = false, single_word = false };
        void Write(string name, object content) => AtomicFile.WriteText(Path.Combine(folder, name), JsonSerializer.Serialize(content, Json) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(pieces.Select((p, i) => (p, i)).ToDictionary(p => p.p, p => p.i), OneLine));
        AtomicFile.WriteText(Path.Combine(folder, "merges.txt"), $"#version: 0.2\n{string.Join('\n', merges)}\n");
        Write("special_tokens_map.json", new { bos_token = Special(Begin), eos_token = Special(End), pad_token = pad, unk_token = Special(End) });
        Write("tokenizer_config.json", new
        {
            add_prefix_space = false, bos_token = Special(Begin), do_lower_case = true, eos_token = Special(End), errors = "replace", model_max_length = Context, pad_token = pad,
            tokenizer_class = "CLIPTokenizer", unk_token = Special(End),
        });
    }

    // Printable Latin-1 characters stand for themselves, the other bytes for the characters from U+0100 on (Radford et al. 2019, GPT-2's byte-level BPE).
    private static IEnumerable<char> Bytes()
    {
        var printable = Enumerable.Range('!', '~' - '!' + 1).Concat(Enumerable.Range('¡', '¬' - '¡' + 1)).Concat(Enumerable.Range('®', 'ÿ' - '®' + 1)).ToList();
        return printable.Concat(Enumerable.Range(256, 256 - printable.Count)).Select(c => (char)c);
    }
}
