namespace Diptych.Common.Transformers;

/// <summary>What transformer blocks and what is around them keep for their backward.</summary>
internal sealed unsafe class SpatialTape
{
    private SpatialTape(ref NumberArena arena, SpatialShape shape)
    {
        var groups = (long)shape.Block.Samples * shape.Groups;
        Means = arena.Take(groups);
        Deviations = arena.Take(groups);
        Room = arena.Take(shape.Numbers);
        Normed = arena.Take(shape.Numbers);
        Entered = arena.Take(shape.Numbers);
        Blocks = new BlockTape[shape.Blocks];
        for (var i = 0; i < Blocks.Length; i++)
        {
            Blocks[i] = new(ref arena, shape.Block);
        }
    }

    /// <summary>[n, groups].</summary>
    public float* Means { get; }

    /// <summary>Reciprocals, [n, groups].</summary>
    public float* Deviations { get; }

    /// <summary>Room for pictures or rows under way.</summary>
    public float* Room { get; }

    /// <summary>The normalised pictures' places as rows, [n * pixels, channels].</summary>
    public float* Normed { get; }

    /// <summary>What enters the first block.</summary>
    public float* Entered { get; }

    public BlockTape[] Blocks { get; }

    /// <summary>Over memory.</summary>
    public static SpatialTape At(float* first, SpatialShape shape)
    {
        var arena = new NumberArena(first);
        return new(ref arena, shape);
    }

    /// <summary>Numbers it takes.</summary>
    public static long Size(SpatialShape shape)
    {
        var arena = new NumberArena(null);
        _ = new SpatialTape(ref arena, shape);
        return arena.Count;
    }

    /// <summary>What enters a block.</summary>
    public float* Into(int block) => block == 0 ? Entered : Blocks[block - 1].Output;
}
