namespace Diptych.Common.Transformers;

/// <summary>Where a transformer block's twenty parameters lie, or their gradients.</summary>
internal readonly struct BlockWeights
{
    /// <summary>Reads the next twenty.</summary>
    public BlockWeights(ref WeightReader reader)
    {
        Norm1 = reader.Affine();
        SelfAttention = reader.Attention();
        Norm2 = reader.Affine();
        CrossAttention = reader.Attention();
        Norm3 = reader.Affine();
        Widening = reader.Affine();
        Narrowing = reader.Affine();
    }

    public Affine Norm1 { get; }

    public AttentionWeights SelfAttention { get; }

    public Affine Norm2 { get; }

    public AttentionWeights CrossAttention { get; }

    public Affine Norm3 { get; }

    /// <summary>[8 * channels, channels]: both halves of the gated layer.</summary>
    public Affine Widening { get; }

    /// <summary>[channels, 4 * channels].</summary>
    public Affine Narrowing { get; }
}
