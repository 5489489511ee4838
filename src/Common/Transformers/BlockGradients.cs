namespace Diptych.Common.Transformers;

/// <summary>The gradients of what <see cref="BlockTape"/> keeps.</summary>
internal readonly unsafe struct BlockGradients
{
    /// <summary>Takes the room for them.</summary>
    public BlockGradients(ref NumberArena arena, TransformerShape shape)
    {
        var rows = (long)shape.Rows * shape.Channels;
        Input = arena.Take(rows);
        Normed1 = arena.Take(rows);
        Self = new(ref arena, shape.Samples, shape.Self);
        AfterSelf = arena.Take(rows);
        Normed2 = arena.Take(rows);
        Cross = new(ref arena, shape.Samples, shape.Cross);
        AfterCross = arena.Take(rows);
        Normed3 = arena.Take(rows);
        Widened = arena.Take(8 * rows);
        Gated = arena.Take(4 * rows);
    }

    public float* Input { get; }

    public float* Normed1 { get; }

    public AttentionTape Self { get; }

    public float* AfterSelf { get; }

    public float* Normed2 { get; }

    public AttentionTape Cross { get; }

    public float* AfterCross { get; }

    public float* Normed3 { get; }

    /// <summary>[n * pixels, 8 * channels].</summary>
    public float* Widened { get; }

    /// <summary>[n * pixels, 4 * channels].</summary>
    public float* Gated { get; }
}
