namespace Diptych.Common.Unet;

/// <summary>How a UNet is told of pooled text and picture sizes (diffusers' <c>addition_embed_type</c> <c>text_time</c>).</summary>
/// <param name="WavesPerSize">Numbers each size becomes (<c>addition_time_embed_dim</c>).</param>
/// <param name="InputWidth">Pooled text and all sizes together (<c>projection_class_embeddings_input_dim</c>).</param>
public sealed record AddedConditions(int WavesPerSize, int InputWidth)
{
    /// <summary>Width of the pooled text.</summary>
    public int PooledWidth => InputWidth - SizeConditioning.Count * WavesPerSize;
}
