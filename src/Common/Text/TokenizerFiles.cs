using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>
/// What a diffusers <c>tokenizer</c> folder holds: either <c>tokenizer.json</c> or <c>vocab.json</c> with <c>merges.txt</c>,
/// and beside them the special tokens and the longest input.
/// </summary>
internal sealed class TokenizerFiles
{
    private const string Begin = ClipVocabulary.Begin, End = ClipVocabulary.End;
    private const int ContextOfClip = ClipVocabulary.Context;

    private readonly string _folder;
    private readonly ConfigFile? _config;
    private readonly ConfigFile? _specials;

    private TokenizerFiles(string folder)
    {
        _folder = folder;
        _config = Optional("tokenizer_config.json");
        _specials = Optional("special_tokens_map.json");
        var whole = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(whole))
        {
            (Vocabulary, Merges) = BytePairFiles.ReadWhole(whole, Added);
        }
        else
        {
            (Vocabulary, Merges) = BytePairFiles.ReadPair(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        }

        ReadAddedTokens();
        Bos = Special("bos_token", Begin);
        Eos = Special("eos_token", End);
        Unknown = Special("unk_token", End);
        Pad = Special("pad_token", End);
        MaxLength = ReadMaxLength();
    }

    private TokenizerFiles(List<string> pieces, List<string> merges, string pad)
    {
        _folder = "the built-in vocabulary";
        (Vocabulary, Merges) = (pieces.Select((p, i) => KeyValuePair.Create(p, i)).ToDictionary(StringComparer.Ordinal), merges);
        (Bos, Eos, Unknown, Pad, MaxLength) = (Begin, End, End, pad, ContextOfClip);
        // As the files published with Stable Diffusion 1 and 2 describe them.
        Added[Begin] = (Vocabulary[Begin], true);
        Added[End] = (Vocabulary[End], true);
        Added.TryAdd(pad, (Vocabulary[pad], false));
    }

    /// <summary>Pieces and their ids.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Merges in order of priority, each as two pieces with a space between.</summary>
    public IReadOnlyList<string> Merges { get; }

    /// <summary>Tokens recognised before splitting, with their ids and whether they are looked for in normalised text.</summary>
    public Dictionary<string, (int Id, bool Normalized)> Added { get; } = new(StringComparer.Ordinal);

    /// <summary>The token that opens every prompt.</summary>
    public string Bos { get; }

    /// <summary>The token that closes every prompt.</summary>
    public string Eos { get; }

    /// <summary>The token for what the vocabulary cannot spell.</summary>
    public string Unknown { get; }

    /// <summary>The token that fills prompts up.</summary>
    public string Pad { get; }

    /// <summary>Ids the text model takes, begin and end included.</summary>
    public int MaxLength { get; }

    public static TokenizerFiles Read(string folder) => Directory.Exists(folder)
        ? new TokenizerFiles(folder)
        : throw new DiptychException($"{folder} is missing: point to a model folder in diffusers' layout, whose tokenizer/ it is.");

    /// <summary>CLIP's own vocabulary, with the token that fills prompts up.</summary>
    public static TokenizerFiles BuiltIn(string pad)
    {
        var (pieces, merges) = ClipVocabulary.Read();
        return new TokenizerFiles(pieces, merges, pad);
    }

    /// <summary>The id of a special token.</summary>
    public int Id(string token) => Added.TryGetValue(token, out var added) ? added.Id : Vocabulary[token];

    private ConfigFile? Optional(string name) =>
        File.Exists(Path.Combine(_folder, name)) ? ConfigFile.Read(Path.Combine(_folder, name)) : null;

    // Three generations of files say which tokens were added; all are read, the newest last.
    private void ReadAddedTokens()
    {
        if (Optional("added_tokens.json") is { } oldest)
        {
            foreach (var entry in oldest.Root.EnumerateObject())
            {
                Added[entry.Name] = (BytePairFiles.Id(oldest.Path, entry), true);
            }
        }

        if (_config is not null && _config.Has("added_tokens_decoder"))
        {
            foreach (var entry in _config.Root.GetProperty("added_tokens_decoder").EnumerateObject())
            {
                if (!int.TryParse(entry.Name, out var id) || BytePairFiles.Text(entry.Value, "content") is not { Length: > 0 } content)
                {
                    throw new DiptychException($"{_config.Path}: \"added_tokens_decoder\" holds {entry.Name}: {entry.Value.GetRawText()}, not an id with its token; restore the model's own file.");
                }

                Added[content] = (id, IsNormalized(entry.Value));
            }
        }
    }

    // Until tokenizer_config.json carried added_tokens_decoder, special_tokens_map.json had the last word (SD 2 pads with "!" only there).
    private string Special(string role, string fallback)
    {
        var newest = _config is not null && _config.Has("added_tokens_decoder");
        var file = new[] { newest ? null : _specials, _config, newest ? _specials : null }.FirstOrDefault(f => f is not null && f.Has(role));
        var value = file?.Root.GetProperty(role);
        var token = value switch
        {
            null => fallback,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { } whole when BytePairFiles.Text(whole, "content") is { } content => content,
            { } other => throw new DiptychException($"{file!.Path}: \"{role}\" should be a token, not {other.GetRawText()}."),
        };
        if (!Added.ContainsKey(token))
        {
            if (!Vocabulary.TryGetValue(token, out var id))
            {
                throw new DiptychException($"{file?.Path ?? _folder}: the {role} '{token}' is not in the vocabulary; use the tokenizer files of one model.");
            }

            // "!" pads SD 2 and is an ordinary mark too, yet the reference takes it out of the text like any special token.
            Added[token] = (id, value is { ValueKind: JsonValueKind.Object } described && IsNormalized(described));
        }

        return token;
    }

    private int ReadMaxLength()
    {
        var length = _config?.Number("model_max_length", ContextOfClip) ?? ContextOfClip;
        // Some writers state "no limit" as 1e30; the text model still has 77 positions.
        length = length > short.MaxValue ? ContextOfClip : length;
        return length >= 3 && length == Math.Floor(length)
            ? (int)length
            : throw new DiptychException($"{_config!.Path}: \"model_max_length\" should be a whole number of at least 3, not {length}.");
    }

    private static bool IsNormalized(JsonElement token) => token.TryGetProperty("normalized", out var flag) && flag.ValueKind == JsonValueKind.True;
}
