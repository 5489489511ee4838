using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>A batch of prompts as token ids, for each text encoder of a model: every encoder reads with its own tokenizer.</summary>
/// <param name="Ids">[n, L] int64 for each text encoder, in the model's order. Row i is prompt i in all of them.</param>
public sealed record PromptTokens(IReadOnlyList<Tensor> Ids) : IDisposable
{
    /// <summary>Prompts, n.</summary>
    public int Count => (int)Ids[0].shape[0];

    /// <summary>Two batches as one.</summary>
    public static PromptTokens Concat(PromptTokens first, PromptTokens second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return new PromptTokens([.. first.Ids.Zip(second.Ids, (a, b) => cat([a, b]))]);
    }

    /// <summary>Prompt <paramref name="row"/> alone, a batch of one.</summary>
    public PromptTokens Row(int row) => Map(ids => ids.slice(0, row, row + 1, 1));

    /// <summary>A single prompt for a batch of <paramref name="count"/>.</summary>
    public PromptTokens Repeat(int count) => Map(ids => ids.expand(count, -1));

    /// <summary>The same of every tensor.</summary>
    public PromptTokens Map(Func<Tensor, Tensor> change) => new([.. Ids.Select(change)]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var ids in Ids)
        {
            ids.Dispose();
        }
    }
}
