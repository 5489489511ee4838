namespace Diptych.Common.Transformers;

/// <summary>What an attention keeps for its backward, or the gradients of the same.</summary>
internal readonly unsafe struct AttentionTape
{
    /// <summary>Takes the room for it.</summary>
    /// <param name="arena">Where from.</param>
    /// <param name="samples">n.</param>
    /// <param name="attention">The attention.</param>
    public AttentionTape(ref NumberArena arena, int samples, HeadAttention attention)
    {
        long rows = samples * attention.QueryNumbers, looked = (samples * attention.KeyNumbers) + (HeadAttention.Slack * (long)attention.Width);
        Query = arena.Take(rows);
        Key = arena.Take(looked);
        Value = arena.Take(looked);
        Shares = arena.Take((long)samples * attention.Shares);
        Seen = arena.Take(rows);
    }

    /// <summary>[n * queries, channels].</summary>
    public float* Query { get; }

    /// <summary>[n * keys, channels].</summary>
    public float* Key { get; }

    /// <summary>Like the keys.</summary>
    public float* Value { get; }

    /// <summary>[n, heads, queries, keys].</summary>
    public float* Shares { get; }

    /// <summary>[n * queries, channels].</summary>
    public float* Seen { get; }
}
