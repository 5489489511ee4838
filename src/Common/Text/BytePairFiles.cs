using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>Reads a vocabulary and its merges, checking that every merge makes pieces the vocabulary knows.</summary>
internal static class BytePairFiles
{
    private const string Remedy = "restore the model's own file";
    private const int LongestPiece = 1024;
    private const int TypicalSize = 49408;

    /// <summary>Reads <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    public static (Dictionary<string, int> Vocabulary, List<string> Merges) ReadPair(string vocabularyPath, string mergesPath)
    {
        foreach (var path in new[] { vocabularyPath, mergesPath })
        {
            if (!File.Exists(path))
            {
                throw new DiptychException($"{path} is missing: a CLIP tokenizer folder holds vocab.json and merges.txt, or tokenizer.json.");
            }
        }

        var vocabulary = ReadVocabulary(vocabularyPath, ConfigFile.Read(vocabularyPath).Root);
        var merges = File.ReadLines(mergesPath).Where((line, i) => line.Length > 0 && !(i == 0 && line.StartsWith("#version", StringComparison.Ordinal))).ToList();
        Check(mergesPath, vocabulary, merges);
        return (vocabulary, merges);
    }

    /// <summary>Reads <c>tokenizer.json</c> and fills <paramref name="added"/> with its added tokens.</summary>
    public static (Dictionary<string, int> Vocabulary, List<string> Merges) ReadWhole(string path, Dictionary<string, (int Id, bool Normalized)> added)
    {
        var root = ConfigFile.Read(path).Root;
        if (!root.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object
            || Text(model, "type") is not (null or "BPE") || Text(model, "end_of_word_suffix") != "</w>"
            || !model.TryGetProperty("vocab", out var vocab) || vocab.ValueKind != JsonValueKind.Object
            || !model.TryGetProperty("merges", out var pairs) || pairs.ValueKind != JsonValueKind.Array)
        {
            throw new DiptychException($"{path} is no CLIP tokenizer (byte-level BPE whose words end in </w>): use the tokenizer folder of a Stable Diffusion model.");
        }

        var vocabulary = ReadVocabulary(path, vocab);
        var merges = pairs.EnumerateArray().Select(p => p.ValueKind == JsonValueKind.Array ? string.Join(' ', p.EnumerateArray()) : p.ToString()).ToList();
        Check(path, vocabulary, merges);
        if (root.TryGetProperty("added_tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in tokens.EnumerateArray())
            {
                if (Text(token, "content") is not { Length: > 0 } content || !token.TryGetProperty("id", out var id)
                    || id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out var number))
                {
                    throw new DiptychException($"{path}: the added token {token.GetRawText()} lacks its content or id; {Remedy}.");
                }

                added[content] = (number, token.TryGetProperty("normalized", out var flag) && flag.ValueKind == JsonValueKind.True);
            }
        }

        return (vocabulary, merges);
    }

    /// <summary>The id of one vocabulary entry.</summary>
    public static int Id(string path, JsonProperty entry) =>
        entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt32(out var id) && id >= 0
            ? id
            : throw new DiptychException($"{path}: '{entry.Name}' has the id {entry.Value.GetRawText()}, not a whole number from 0; {Remedy}.");

    /// <summary>A member's string, or null where there is no such member or it is something else.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Dictionary<string, int> ReadVocabulary(string path, JsonElement entries)
    {
        var vocabulary = new Dictionary<string, int>(TypicalSize, StringComparer.Ordinal);
        var taken = new HashSet<int>(TypicalSize);
        foreach (var entry in entries.EnumerateObject())
        {
            var id = Id(path, entry);
            if (!vocabulary.TryAdd(entry.Name, id) || !taken.Add(id))
            {
                throw new DiptychException($"{path}: '{entry.Name}' or its id {id} stands there twice; {Remedy}.");
            }
        }

        return vocabulary.Count > 0 ? vocabulary : throw new DiptychException($"{path} holds no vocabulary; {Remedy}.");
    }

    private static ReadOnlySpan<char> Joined(ReadOnlySpan<char> merge, int space, Span<char> target)
    {
        merge[..space].CopyTo(target);
        merge[(space + 1)..].CopyTo(target[space..]);
        return target[..(merge.Length - 1)];
    }

    private static void Check(string path, Dictionary<string, int> vocabulary, List<string> merges)
    {
        // Looked up as slices: forty-nine thousand merges would make four strings each.
        var pieces = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> joined = stackalloc char[LongestPiece];
        for (var i = 0; i < merges.Count; i++)
        {
            var merge = merges[i].AsSpan();
            var space = merge.IndexOf(' ');
            if (space <= 0 || merge.Length > LongestPiece || !pieces.ContainsKey(merge[..space]) || !pieces.ContainsKey(merge[(space + 1)..]) || !pieces.ContainsKey(Joined(merge, space, joined)))
            {
                throw new DiptychException($"{path}: merge {i + 1} ('{merges[i]}') does not join two pieces of the vocabulary into a third; use vocabulary and merges of one model.");
            }
        }
    }
}
