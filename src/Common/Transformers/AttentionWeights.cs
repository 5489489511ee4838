namespace Diptych.Common.Transformers;

/// <summary>Where an attention's four projections lie, or their gradients; null for what nobody asks for.</summary>
/// <param name="query">[channels, channels].</param>
/// <param name="key">[channels, width of what is looked at].</param>
/// <param name="value">Like the keys'.</param>
/// <param name="output">[channels, channels] and [channels].</param>
internal readonly unsafe struct AttentionWeights(float* query, float* key, float* value, Affine output)
{
    public float* Query { get; } = query;

    public float* Key { get; } = key;

    public float* Value { get; } = value;

    public Affine Output { get; } = output;
}
