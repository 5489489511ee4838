namespace Diptych.Common.Transformers;

/// <summary>What a transformer block keeps for its backward: [n * pixels, channels] where nothing else is said.</summary>
internal readonly unsafe struct BlockTape
{
    /// <summary>Takes the room for it.</summary>
    public BlockTape(ref NumberArena arena, TransformerShape shape)
    {
        long rows = (long)shape.Rows * shape.Channels, statistics = 2L * shape.Rows;
        Normed1 = arena.Take(rows);
        Statistics1 = arena.Take(statistics);
        Self = new(ref arena, shape.Samples, shape.Self);
        AfterSelf = arena.Take(rows);
        Normed2 = arena.Take(rows);
        Statistics2 = arena.Take(statistics);
        Cross = new(ref arena, shape.Samples, shape.Cross);
        AfterCross = arena.Take(rows);
        Normed3 = arena.Take(rows);
        Statistics3 = arena.Take(statistics);
        Widened = arena.Take(8 * rows);
        Gated = arena.Take(4 * rows);
        Output = arena.Take(rows);
    }

    public float* Normed1 { get; }

    /// <summary>[n * pixels, 2].</summary>
    public float* Statistics1 { get; }

    public AttentionTape Self { get; }

    public float* AfterSelf { get; }

    public float* Normed2 { get; }

    /// <summary>[n * pixels, 2].</summary>
    public float* Statistics2 { get; }

    public AttentionTape Cross { get; }

    public float* AfterCross { get; }

    public float* Normed3 { get; }

    /// <summary>[n * pixels, 2].</summary>
    public float* Statistics3 { get; }

    /// <summary>[n * pixels, 8 * channels].</summary>
    public float* Widened { get; }

    /// <summary>[n * pixels, 4 * channels].</summary>
    public float* Gated { get; }

    public float* Output { get; }
}
