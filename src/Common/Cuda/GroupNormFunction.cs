using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Autograd's view of <see cref="GroupNormKernels"/> and, on the CPU, of <see cref="GroupNormOnCpu"/>. Arguments: x, weight, bias, groups, epsilon, silu; all checked before, since a backward must not throw.</summary>
internal sealed class GroupNormFunction : autograd.SingleTensorFunction<GroupNormFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(GroupNormFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (groups, epsilon, silu) = ((int)vars[3], (double)vars[4], (bool)vars[5]);
        var module = CudaKernels.For(input);
        var x = module is null ? input : KernelOperand.Picture(input);
        var (output, mean, rstd) = module is null ? GroupNormOnCpu.Forward(x, weight, bias, groups, epsilon, silu) : GroupNormKernels.Forward(module, x, weight, bias, groups, epsilon, silu);
        ctx.save_for_backward([x, weight, bias, mean, rstd]);
        ctx.save_data(nameof(Kept), new Kept(module, groups, silu, input.requires_grad, weight.requires_grad, bias.requires_grad));
        ctx.set_materialize_grads(false);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var gradient = grad_output;
        using var noGradient = no_grad();
        var saved = ctx.get_saved_variables();
        // Lets go of the input as soon as it has been used, as libtorch's own nodes do.
        ctx.Dispose();
        if (gradient.IsInvalid)
        {
            return HandedOver.Keep(null, null, null, null, null, null);
        }

        var kept = (Kept)ctx.get_data(nameof(Kept));
        var forParameters = kept.Weight || kept.Bias;
        var (input, weight, bias) = kept.Module is null
            ? GroupNormOnCpu.Backward(saved[0], gradient.is_contiguous() ? gradient : gradient.contiguous(), saved[3], saved[4], saved[1], saved[2], kept.Groups, kept.Silu, forParameters)
            : GroupNormKernels.Backward(
                kept.Module, saved[0], KernelOperand.Picture(gradient), saved[3], saved[4], saved[1], saved[2], kept.Groups, kept.Silu, kept.Input, forParameters);
        return HandedOver.Keep(kept.Input ? input : null, kept.Weight ? weight : null, kept.Bias ? bias : null, null, null, null);
    }

    private sealed record Kept(CudaModule? Module, int Groups, bool Silu, bool Input, bool Weight, bool Bias);
}
