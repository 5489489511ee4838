namespace Diptych.Common.Transformers;

/// <summary>What an attention keeps for its backward, or the gradients of the same.</summary>
internal readonly unsafe struct AttentionTape
{
    /// <summary>Takes the room for it.</summary>
    /// <param name="arena">Where from.</param>
    /// <param name="shape">The block's sizes.</param>
    /// <param name="attention">The attention's.</param>
    /// <param name="keys">Rows looked at, of all samples.</param>
    public AttentionTape(ref NumberArena arena, TransformerShape shape, HeadAttention attention, int keys)
    {
        long rows = (long)shape.Rows * shape.Channels, looked = (keys + (long)HeadAttention.Slack) * shape.Channels;
        Query = arena.Take(rows);
        Key = arena.Take(looked);
        Value = arena.Take(looked);
        Shares = arena.Take((long)shape.Samples * attention.Shares);
        Seen = arena.Take(rows);
    }

    /// <summary>[n * pixels, channels].</summary>
    public float* Query { get; }

    /// <summary>[n * keys, channels].</summary>
    public float* Key { get; }

    /// <summary>Like the keys.</summary>
    public float* Value { get; }

    /// <summary>[n, heads, pixels, keys].</summary>
    public float* Shares { get; }

    /// <summary>[n * pixels, channels].</summary>
    public float* Seen { get; }
}
