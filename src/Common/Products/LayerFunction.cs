using Diptych.Common.Cuda;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>Autograd's view of a layer's products. Arguments: x, weight, bias or none.</summary>
internal sealed class LayerFunction<TProduct> : ManagedFunction<LayerFunction<TProduct>>
    where TProduct : ILayerProduct
{
    /// <inheritdoc/>
    public override string Name => typeof(TProduct).Name;

    /// <summary>The layer's output, with or without gradients.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        if (!is_grad_enabled() || !(x.requires_grad || weight.requires_grad || bias is { requires_grad: true }))
        {
            using var packed = x.is_contiguous() ? null : x.contiguous();
            return TProduct.Forward(packed ?? x, weight, bias);
        }

        return bias is null ? apply(x, weight) : apply(x, weight, bias);
    }

    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var (input, weight, bias) = ((Tensor)arguments[0], (Tensor)arguments[1], arguments.Length > 2 ? (Tensor)arguments[2] : null);
        var x = input.is_contiguous() ? input : input.contiguous();
        // The input is needed for the weight's gradient only.
        return (TProduct.Forward(x, weight, bias), weight.requires_grad ? [weight, x] : [weight], new Kept(input.requires_grad, weight.requires_grad, bias?.requires_grad));
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var (learns, dy) = ((Kept)kept, gradient.is_contiguous() ? gradient : gradient.contiguous());
        var input = learns.Input ? TProduct.InputGradient(dy, saved[0]) : null;
        var weight = learns.Weight ? TProduct.WeightGradient(saved[1], dy, saved[0]) : null;
        return learns.Bias is { } biasLearns ? [input, weight, biasLearns ? TProduct.BiasGradient(dy) : null] : [input, weight];
    }

    private sealed record Kept(bool Input, bool Weight, bool? Bias);
}
