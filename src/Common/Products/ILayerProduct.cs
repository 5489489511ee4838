using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>The products of a layer and of its gradients, on contiguous tensors.</summary>
internal interface ILayerProduct
{
    /// <summary>The layer's output.</summary>
    static abstract Tensor Forward(Tensor x, Tensor weight, Tensor? bias);

    /// <summary>The gradient of the input.</summary>
    static abstract Tensor InputGradient(Tensor gradient, Tensor weight);

    /// <summary>The gradient of the weight; null where it is put off, or where the weight has it already.</summary>
    static abstract Tensor? WeightGradient(Tensor x, Tensor gradient, Tensor weight);

    /// <summary>The gradient of the bias.</summary>
    static abstract Tensor BiasGradient(Tensor gradient);
}
