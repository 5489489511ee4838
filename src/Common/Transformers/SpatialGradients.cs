namespace Diptych.Common.Transformers;

/// <summary>The gradients of what <see cref="SpatialTape"/> keeps.</summary>
internal sealed unsafe class SpatialGradients
{
    private SpatialGradients(ref NumberArena arena, SpatialShape shape)
    {
        OfChannels = arena.Take(2L * shape.Block.Samples * shape.Block.Channels);
        Room = arena.Take(shape.Numbers);
        Result = arena.Take(shape.Numbers);
        Left = arena.Take(shape.Numbers);
        Blocks = new BlockGradients[shape.Blocks];
        for (var i = 0; i < Blocks.Length; i++)
        {
            Blocks[i] = new(ref arena, shape.Block);
        }
    }

    /// <summary>The normalisation's, of factors and of what is added, [n, channels, 2].</summary>
    public float* OfChannels { get; }

    /// <summary>Room for pictures or rows under way.</summary>
    public float* Room { get; }

    /// <summary>The result's places as rows.</summary>
    public float* Result { get; }

    /// <summary>What leaves the last block.</summary>
    public float* Left { get; }

    public BlockGradients[] Blocks { get; }

    /// <summary>Over memory.</summary>
    public static SpatialGradients At(float* first, SpatialShape shape)
    {
        var arena = new NumberArena(first);
        return new(ref arena, shape);
    }

    /// <summary>Numbers they take.</summary>
    public static long Size(SpatialShape shape)
    {
        var arena = new NumberArena(null);
        _ = new SpatialGradients(ref arena, shape);
        return arena.Count;
    }

    /// <summary>Of what leaves a block.</summary>
    public float* OutOf(int block) => block == Blocks.Length - 1 ? Left : Blocks[block + 1].Input;
}
