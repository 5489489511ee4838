namespace Diptych.Common.Text;

/// <summary>
/// A prompt as the text encoder takes it: one or several runs of ids, each between its own begin and end and padded to the model's length,
/// with a weight for every id. Chunks are encoded apart and their hidden states laid end to end.
/// </summary>
/// <param name="Ids">The ids of each chunk.</param>
/// <param name="Weights">The weight of each id; begin, end and padding have 1.</param>
public sealed record PromptChunks(IReadOnlyList<long[]> Ids, IReadOnlyList<float[]> Weights)
{
    /// <summary>Number of chunks, at least 1.</summary>
    public int Count => Ids.Count;

    /// <summary>Whether any id counts other than 1.</summary>
    public bool Weighted => Weights.Any(chunk => chunk.Any(weight => weight != 1));

    /// <summary>All ids, chunk after chunk.</summary>
    public IReadOnlyList<long> AllIds => [.. Ids.SelectMany(chunk => chunk)];

    /// <summary>
    /// Cuts a prompt into chunks of as many tokens as fit (75 for CLIP). The vectors of a learned concept stay together: one that no longer
    /// fits opens the next chunk.
    /// </summary>
    /// <param name="tokenizer">The model's tokenizer, with the concepts it was taught.</param>
    /// <param name="spans">The prompt's stretches; one of weight 1 for a prompt without weights.</param>
    public static PromptChunks Split(ClipTokenizer tokenizer, IReadOnlyList<WeightedSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(spans);
        var room = tokenizer.MaxLength - 2;
        var chunks = new List<List<(int Id, float Weight)>> { new() };
        foreach (var span in spans)
        {
            var ids = tokenizer.Encode(span.Text).Skip(1).SkipLast(1).ToArray();
            for (var at = 0; at < ids.Length;)
            {
                var whole = Together(tokenizer, ids, at);
                if (chunks[^1].Count + whole > room)
                {
                    chunks.Add([]);
                }

                chunks[^1].AddRange(ids.Skip(at).Take(whole).Select(id => (id, (float)span.Weight)));
                at += whole;
            }
        }

        return new PromptChunks([.. chunks.Select(chunk => Bounded(tokenizer, chunk))], [.. chunks.Select(chunk => Bounded(tokenizer.MaxLength, chunk))]);
    }

    /// <summary>The first chunk alone: what a model reads of a prompt that is not to be read in chunks.</summary>
    /// <exception cref="DiptychException">A learned concept lies beyond it, so that the prompt would not show it.</exception>
    public PromptChunks First(ClipTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var lost = Ids.Skip(1).SelectMany(chunk => chunk).FirstOrDefault(id => id >= tokenizer.VocabularySize);
        return lost == 0
            ? new PromptChunks([Ids[0]], [Weights[0]])
            : throw new DiptychException(
                $"Only the first {tokenizer.MaxLength - 2} tokens of the prompt are read, and '{tokenizer.Placeholders.First(p => p.Ids.Contains((int)lost)).Token}' comes after them: name it earlier, or read the rest as well (--long-prompts).");
    }

    /// <summary>The same prompt with chunks of the empty prompt behind it, so that a batch has one length.</summary>
    public PromptChunks Padded(ClipTokenizer tokenizer, int count)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var missing = Math.Max(0, count - Count);
        return new PromptChunks(
            [.. Ids, .. Enumerable.Range(0, missing).Select(_ => Bounded(tokenizer, []))],
            [.. Weights, .. Enumerable.Range(0, missing).Select(_ => Bounded(tokenizer.MaxLength, []))]);
    }

    // How many ids from here on belong to one concept; 1 for ordinary tokens.
    private static int Together(ClipTokenizer tokenizer, int[] ids, int at)
    {
        var concept = tokenizer.Placeholders.FirstOrDefault(p => p.Ids[0] == ids[at]);
        return concept is not null && ids.AsSpan(at).StartsWith([.. concept.Ids]) ? concept.Ids.Count : 1;
    }

    private static long[] Bounded(ClipTokenizer tokenizer, List<(int Id, float Weight)> chunk)
    {
        var ids = new long[tokenizer.MaxLength];
        Array.Fill(ids, tokenizer.PadId);
        ids[0] = tokenizer.BosId;
        for (var i = 0; i < chunk.Count; i++)
        {
            ids[i + 1] = chunk[i].Id;
        }

        ids[chunk.Count + 1] = tokenizer.EosId;
        return ids;
    }

    private static float[] Bounded(int length, List<(int Id, float Weight)> chunk)
    {
        var weights = new float[length];
        Array.Fill(weights, 1);
        for (var i = 0; i < chunk.Count; i++)
        {
            weights[i + 1] = chunk[i].Weight;
        }

        return weights;
    }
}
