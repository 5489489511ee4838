using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Transformers;

/// <summary>Goes through parameters, or their gradients, in the order in which layers are told of them.</summary>
/// <param name="tensors">fp32 on the CPU, contiguous; null for a gradient nobody asks for.</param>
internal unsafe ref struct WeightReader(ReadOnlySpan<Tensor?> tensors)
{
    private readonly ReadOnlySpan<Tensor?> _tensors = tensors;
    private int _next;

    /// <summary>The next two.</summary>
    public Affine Affine()
    {
        var weight = Next();
        return new(weight, Next());
    }

    /// <summary>The next five.</summary>
    public AttentionWeights Attention()
    {
        float* query = Next(), key = Next(), value = Next();
        return new(query, key, value, Affine());
    }

    private float* Next()
    {
        var tensor = _tensors[_next++];
        return tensor is null ? null : TensorData.Floats(tensor);
    }
}
