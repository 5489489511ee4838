namespace Diptych.Common.Transformers;

/// <summary>What passes through a block of one of CLIP's towers on its way forward, and is read again on its way back: [n * tokens, width] where nothing else is said.</summary>
internal readonly unsafe struct TowerBlockTape
{
    private TowerBlockTape(ref NumberArena arena, TowerShape shape)
    {
        Normed = arena.Take(shape.Numbers);
        Statistics1 = arena.Take(2L * shape.Rows);
        Attention = new(ref arena, shape.Samples, shape.Attention);
        Attended = arena.Take(shape.Numbers);
        Statistics2 = arena.Take(2L * shape.Rows);
        Widened = arena.Take((long)shape.Rows * shape.Inner);
        Activated = arena.Take((long)shape.Rows * shape.Inner);
        Output = arena.Take(shape.Numbers);
    }

    /// <summary>What goes into attention, then what goes into the feed-forward layer.</summary>
    public float* Normed { get; }

    /// <summary>[n * tokens, 2].</summary>
    public float* Statistics1 { get; }

    public AttentionTape Attention { get; }

    /// <summary>What leaves attention, beside its shortcut.</summary>
    public float* Attended { get; }

    /// <summary>[n * tokens, 2].</summary>
    public float* Statistics2 { get; }

    /// <summary>[n * tokens, inner].</summary>
    public float* Widened { get; }

    /// <summary>[n * tokens, inner].</summary>
    public float* Activated { get; }

    public float* Output { get; }

    /// <summary>Over memory.</summary>
    public static TowerBlockTape At(float* first, TowerShape shape)
    {
        var arena = new NumberArena(first);
        return new(ref arena, shape);
    }

    /// <summary>Numbers it takes.</summary>
    public static long Size(TowerShape shape)
    {
        var arena = new NumberArena(null);
        _ = new TowerBlockTape(ref arena, shape);
        return arena.Count;
    }
}
