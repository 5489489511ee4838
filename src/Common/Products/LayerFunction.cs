using Diptych.Common.Cuda;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>Autograd's view of a layer's products. Arguments: x, weight, bias or none; all checked before, since a backward must not throw.</summary>
internal sealed class LayerFunction<TProduct> : autograd.SingleTensorFunction<LayerFunction<TProduct>>
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
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], vars.Length > 2 ? (Tensor)vars[2] : null);
        var x = input.is_contiguous() ? input : input.contiguous();
        var y = TProduct.Forward(x, weight, bias);
        // The input is needed for the weight's gradient only.
        ctx.save_for_backward(weight.requires_grad ? [weight, x] : [weight]);
        ctx.save_data(nameof(Kept), new Kept(input.requires_grad, weight.requires_grad, bias?.requires_grad));
        ctx.set_materialize_grads(false);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var given = grad_output;
        using var noGradient = no_grad();
        var saved = ctx.get_saved_variables();
        // Lets go of the input as soon as it has been used, as libtorch's own nodes do.
        ctx.Dispose();
        var kept = (Kept)ctx.get_data(nameof(Kept));
        if (given.IsInvalid)
        {
            return kept.Bias is null ? HandedOver.Keep(null, null) : HandedOver.Keep(null, null, null);
        }

        var gradient = given.is_contiguous() ? given : given.contiguous();
        var input = kept.Input ? TProduct.InputGradient(gradient, saved[0]) : null;
        var weight = kept.Weight ? TProduct.WeightGradient(saved[1], gradient, saved[0]) : null;
        return kept.Bias is { } biasLearns
            ? HandedOver.Keep(input, weight, biasLearns ? TProduct.BiasGradient(gradient) : null)
            : HandedOver.Keep(input, weight);
    }

    private sealed record Kept(bool Input, bool Weight, bool? Bias);
}
