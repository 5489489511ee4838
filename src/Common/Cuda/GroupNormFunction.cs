using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Autograd's view of <see cref="GroupNormKernels"/> and, on the CPU, of <see cref="GroupNormOnCpu"/>. Arguments: x, weight, bias, groups, epsilon, silu.</summary>
internal sealed class GroupNormFunction : ManagedFunction<GroupNormFunction>
{
    /// <inheritdoc/>
    protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
    {
        var (input, weight, bias) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2]);
        var (groups, epsilon, silu) = ((int)arguments[3], (double)arguments[4], (bool)arguments[5]);
        var module = CudaKernels.For(input);
        var x = module is null ? input : KernelOperand.Picture(input);
        var (output, mean, rstd) = module is null ? GroupNormOnCpu.Forward(x, weight, bias, groups, epsilon, silu) : GroupNormKernels.Forward(module, x, weight, bias, groups, epsilon, silu);
        return (output, [x, weight, bias, mean, rstd], new Kept(module, groups, silu, input.requires_grad, weight.requires_grad, bias.requires_grad));
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept)
    {
        var of = (Kept)kept;
        var forParameters = of.Weight || of.Bias;
        var (input, weight, bias) = of.Module is null
            ? GroupNormOnCpu.Backward(saved[0], gradient.is_contiguous() ? gradient : gradient.contiguous(), saved[3], saved[4], saved[1], saved[2], of.Groups, of.Silu, forParameters)
            : GroupNormKernels.Backward(of.Module, saved[0], KernelOperand.Picture(gradient), saved[3], saved[4], saved[1], saved[2], of.Groups, of.Silu, of.Input, forParameters);
        return [of.Input ? input : null, of.Weight ? weight : null, of.Bias ? bias : null, null, null, null];
    }

    private sealed record Kept(CudaModule? Module, int Groups, bool Silu, bool Input, bool Weight, bool Bias);
}
