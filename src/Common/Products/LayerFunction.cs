using Diptych.Common.Cuda;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>Autograd's view of a layer's products. Arguments: x, weight and bias or none, and those of the two that learn.</summary>
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

        object[] arguments = [x, new Layer(weight, bias), .. new[] { weight, bias }.Where(Learns).Cast<Tensor>()];
        return apply(arguments);
    }

    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var (input, layer) = ((Tensor)arguments[0], (Layer)arguments[1]);
        var x = input.is_contiguous() ? input : input.contiguous();
        // The input is needed for the weight's gradient only.
        return (TProduct.Forward(x, layer.Weight, layer.Bias), Learns(layer.Weight) ? [x] : [], new Kept(layer, input.requires_grad));
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var ((weight, bias), ofInput) = (Kept)kept;
        var dy = gradient.is_contiguous() ? gradient : gradient.contiguous();
        List<Tensor?> results = [ofInput ? TProduct.InputGradient(dy, weight) : null, null];
        if (Learns(weight))
        {
            results.Add(TProduct.WeightGradient(saved[0], dy, weight));
        }

        if (Learns(bias))
        {
            results.Add(TProduct.BiasGradient(dy));
        }

        return [.. results];
    }

    private static bool Learns(Tensor? parameter) => parameter is { requires_grad: true };

    private sealed record Layer(Tensor Weight, Tensor? Bias);

    private sealed record Kept(Layer Layer, bool Input);
}
