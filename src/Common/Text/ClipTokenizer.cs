using Microsoft.ML.Tokenizers;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>
/// CLIP's tokenizer: clean-up, byte-level byte-pair encoding with <c>&lt;/w&gt;</c> at the end of words (Radford et al. 2021, section 2.4),
/// begin and end tokens, and placeholder tokens for learned concepts. Equal to the reference id for id.
/// </summary>
/// <remarks>Adding placeholders changes the tokenizer; everything that reads prompts of one model should share one instance.</remarks>
public sealed class ClipTokenizer
{
    private readonly ClipNormalizer _normalizer = new();
    // Built when the first text is split: it takes a fifth of a second, a third of what loading a model of four gigabytes does.
    private readonly Lazy<BpeTokenizer> _merges;
    private readonly AddedTokens _raw = new();
    private readonly AddedTokens _normalized = new();
    private readonly Dictionary<int, string> _names;
    private readonly List<PlaceholderToken> _placeholders = [];

    private ClipTokenizer(TokenizerFiles files)
    {
        _merges = new Lazy<BpeTokenizer>(() => BpeTokenizer.Create(new BpeOptions(files.Vocabulary)
        {
            Merges = files.Merges,
            ByteLevel = true,
            EndOfWordSuffix = "</w>",
            UnknownToken = files.Vocabulary.ContainsKey(files.Unknown) ? files.Unknown : null,
            PreTokenizer = new ClipPreTokenizer(),
        }));
        _names = files.Vocabulary.ToDictionary(p => p.Value, p => p.Key);
        foreach (var (token, (id, normalized)) in files.Added)
        {
            (normalized ? _normalized : _raw).Add(normalized ? _normalizer.Normalize(token) : token, id);
            _names[id] = token;
        }

        VocabularySize = _names.Keys.Max() + 1;
        MaxLength = files.MaxLength;
        BosId = files.Id(files.Bos);
        EosId = files.Id(files.Eos);
        PadId = files.Id(files.Pad);
    }

    /// <summary>Entries of the files' vocabulary, added tokens included; placeholders get ids from here on.</summary>
    public int VocabularySize { get; }

    /// <summary>Ids of a padded prompt, begin and end included: 77 for CLIP.</summary>
    public int MaxLength { get; }

    /// <summary>Id of the token that opens every prompt.</summary>
    public long BosId { get; }

    /// <summary>Id of the token that closes every prompt.</summary>
    public long EosId { get; }

    /// <summary>Id that fills prompts up to <see cref="MaxLength"/>.</summary>
    public long PadId { get; }

    /// <summary>The placeholders added so far.</summary>
    public IReadOnlyList<PlaceholderToken> Placeholders => _placeholders;

    /// <summary>Reads a diffusers <c>tokenizer</c> folder: <c>tokenizer.json</c>, or <c>vocab.json</c> with <c>merges.txt</c>.</summary>
    /// <exception cref="DiptychException">A file is missing, damaged, or not CLIP's.</exception>
    public static ClipTokenizer Load(string tokenizerFolder) => new(TokenizerFiles.Read(tokenizerFolder));

    /// <summary>The tokenizer every Stable Diffusion has, from the vocabulary built into this program.</summary>
    /// <param name="pad">The token that fills prompts up: the end token in Stable Diffusion 1 and XL's first, <c>!</c> (id 0) for OpenCLIP encoders.</param>
    public static ClipTokenizer BuiltIn(string pad = ClipVocabulary.End) => new(TokenizerFiles.BuiltIn(pad));

    /// <summary>All ids of a text between begin and end, not truncated. Placeholders of several vectors yield all their ids.</summary>
    public IReadOnlyList<int> Encode(string text) => [(int)BosId, .. Content(text), (int)EosId];

    /// <summary>The ids a text model takes: <see cref="MaxLength"/> of them, truncated before the end token or padded after it.</summary>
    /// <exception cref="DiptychException">Truncation would cut a placeholder off, so that the prompt would not show its concept.</exception>
    public long[] EncodePadded(string text)
    {
        var content = Content(text);
        var room = MaxLength - 2;
        var lost = content.FindIndex(Math.Min(room, content.Count), id => id >= VocabularySize);
        if (lost >= 0)
        {
            throw new DiptychException(
                $"The prompt \"{text}\" has {content.Count} tokens where {room} fit, which would cut off '{_names[content[lost]]}' (token {lost + 1}): shorten it, or name the concept earlier.");
        }

        var ids = new long[MaxLength];
        Array.Fill(ids, PadId);
        ids[0] = BosId;
        var kept = Math.Min(room, content.Count);
        for (var i = 0; i < kept; i++)
        {
            ids[i + 1] = content[i];
        }

        ids[kept + 1] = EosId;
        return ids;
    }

    /// <summary>Padded prompts as one tensor [n, <see cref="MaxLength"/>] of int64 on the CPU.</summary>
    /// <exception cref="DiptychException">See <see cref="EncodePadded"/>.</exception>
    public Tensor EncodeBatch(IReadOnlyList<string> prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return tensor(prompts.SelectMany(EncodePadded).ToArray(), prompts.Count, MaxLength);
    }

    /// <summary>The pieces a text is spelled with, without begin and end; a piece that ends a word carries <c>&lt;/w&gt;</c>.</summary>
    public IReadOnlyList<string> Pieces(string text) => [.. Content(text).Select(id => _names[id])];

    /// <summary>
    /// Adds a word for a learned concept of one or several vectors, with new ids after all others. In prompts the word alone stands for all
    /// its vectors, and so does the reference scripts' spelled-out form "T T_1 T_2"; "T_1" by itself is that one vector.
    /// </summary>
    /// <param name="token">One word, by custom in angle brackets; upper and lower case are the same.</param>
    /// <param name="vectors">How many vectors it stands for, from 1.</param>
    /// <exception cref="DiptychException">The word is taken, holds white space, or the prompt has no room for its vectors.</exception>
    public PlaceholderToken AddPlaceholder(string token, int vectors = 1)
    {
        if (string.IsNullOrEmpty(token) || token.Any(char.IsWhiteSpace))
        {
            throw new DiptychException($"The placeholder token '{token}' should be one word without spaces, such as <cat-toy>.");
        }

        if (vectors < 1 || vectors > MaxLength - 2)
        {
            throw new DiptychException($"The placeholder token '{token}' cannot have {vectors} vectors: a prompt of this model has room for 1 to {MaxLength - 2}.");
        }

        var first = VocabularySize + _placeholders.Sum(p => p.Ids.Count);
        var placeholder = new PlaceholderToken(token, [.. Enumerable.Range(first, vectors)]);
        foreach (var name in placeholder.Names)
        {
            RefuseTaken(name);
        }

        for (var i = 0; i < vectors; i++)
        {
            _normalized.Add(_normalizer.Normalize(placeholder.Names[i]), placeholder.Ids[i]);
            _names[placeholder.Ids[i]] = placeholder.Names[i];
        }

        _placeholders.Add(placeholder);
        return placeholder;
    }

    /// <summary>The ids of the words a concept starts from, without begin and end.</summary>
    /// <exception cref="DiptychException">There are no words, or one of them is a placeholder, which has no row in the model's table.</exception>
    public IReadOnlyList<int> InitializerIds(string phrase)
    {
        var ids = Content(phrase);
        if (ids.Count == 0)
        {
            throw new DiptychException("The initializer token is empty: give a word that says roughly what the concept is, such as toy.");
        }

        var learned = ids.FindIndex(id => id >= VocabularySize);
        return learned < 0
            ? ids
            : throw new DiptychException($"The initializer token '{phrase}' holds the placeholder '{_names[ids[learned]]}': give a word the model knows already.");
    }

    /// <summary>The id of the one token a concept starts from.</summary>
    /// <exception cref="DiptychException">The word is spelled with several pieces (named in the message), or see <see cref="InitializerIds"/>.</exception>
    public int InitializerId(string word)
    {
        var ids = InitializerIds(word);
        return ids.Count == 1
            ? ids[0]
            : throw new DiptychException(
                $"The initializer token '{word}' is {ids.Count} tokens ({string.Join(" + ", Pieces(word))}): give one common word for the class, such as toy, dog or painting.");
    }

    private void RefuseTaken(string name)
    {
        var normalized = _normalizer.Normalize(name);
        if (_normalized.Find(normalized) is { } id && id >= VocabularySize)
        {
            throw new DiptychException($"The placeholder token '{name}' was added before: choose another name for the second concept.");
        }

        if (_merges.Value.Vocabulary.ContainsKey(normalized) || _raw.Find(name) is not null || Content(name).Count == 1)
        {
            throw new DiptychException($"The placeholder token '{name}' is in the vocabulary already: choose a word the model does not know, such as <{normalized.Trim('<', '>')}-1>.");
        }
    }

    private List<int> Content(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = _raw.Split(text)
            .SelectMany(part => part.Id is null ? _normalized.Split(_normalizer.Normalize(part.Text)) : [part])
            .ToList();
        var ids = new List<int>();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Id is not { } id)
            {
                ids.AddRange(_merges.Value.EncodeToIds(parts[i].Text, considerPreTokenization: true, considerNormalization: false));
            }
            else if (_placeholders.Find(p => p.Ids[0] == id) is { } placeholder)
            {
                ids.AddRange(placeholder.Ids);
                i += SpelledOut(placeholder, parts, i);
            }
            else
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    // How many parts after the word continue its spelled-out form: "T_1", "T_2", ... up to the last, with nothing but spaces between.
    private static int SpelledOut(PlaceholderToken placeholder, List<(string Text, int? Id)> parts, int at)
    {
        var next = at;
        foreach (var id in placeholder.Ids.Skip(1))
        {
            next++;
            if (next < parts.Count && parts[next].Id is null && string.IsNullOrWhiteSpace(parts[next].Text))
            {
                next++;
            }

            if (next >= parts.Count || parts[next].Id != id)
            {
                return 0;
            }
        }

        return next - at;
    }
}
