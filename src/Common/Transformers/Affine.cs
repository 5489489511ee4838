namespace Diptych.Common.Transformers;

/// <summary>Where a normalisation's or a linear layer's two parameters lie, or their gradients; null for what nobody asks for.</summary>
/// <param name="weight">Factors or W.</param>
/// <param name="bias">What is added.</param>
internal readonly unsafe struct Affine(float* weight, float* bias)
{
    public float* Weight { get; } = weight;

    public float* Bias { get; } = bias;
}
