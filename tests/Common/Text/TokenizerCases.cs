using System.Text.Json;
using Diptych.Common.Text;

namespace Diptych.Tests.Common.Text;

/// <summary>The reference's texts and ids, and the tokenizers they are tried with.</summary>
internal static class TokenizerCases
{
    /// <summary>CLIP's vocabulary cut to the merges that can occur in the committed cases; ids are the full vocabulary's.</summary>
    public static ClipTokenizer Trimmed() => ClipTokenizer.Load(Fixtures.Golden("tokenizer", "trimmed"));

    /// <summary>The embedded model's own tokenizer: 879 entries, 24 tokens a prompt.</summary>
    public static ClipTokenizer Lab() => ClipTokenizer.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "tokenizer"));

    public static IReadOnlyList<(string Text, int[] Ids, long[]? Padded)> Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => (
            c.GetProperty("text").GetString()!,
            c.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()).ToArray(),
            c.TryGetProperty("padded", out var padded) ? padded.EnumerateArray().Select(i => i.GetInt64()).ToArray() : null))];
    }

    /// <summary>The tokens a case file was made with, by id: one placeholder and its numbered vectors.</summary>
    public static IReadOnlyList<string> Added(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("added").EnumerateObject().OrderBy(p => p.Value.GetInt32()).Select(p => p.Name)];
    }

    /// <summary>The ids between begin and end.</summary>
    public static IEnumerable<int> Content(this ClipTokenizer tokenizer, string text)
    {
        var ids = tokenizer.Encode(text);
        Assert.Equal(tokenizer.BosId, ids[0]);
        Assert.Equal(tokenizer.EosId, ids[^1]);
        return ids.Skip(1).SkipLast(1);
    }
}
