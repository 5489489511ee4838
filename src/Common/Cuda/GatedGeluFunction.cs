using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>The first half times the exact GELU of the second, in one pass; backward keeps nothing but the input.</summary>
public static class GatedGeluFunction
{
    /// <summary>Whether <see cref="Apply"/> would use the kernels: bf16 [.., 2 * width] on a device that has them, with width a multiple of eight.</summary>
    public static bool CanApply(Tensor h)
    {
        ArgumentNullException.ThrowIfNull(h);
        return h.device_type == TorchSharp.DeviceType.CUDA && h.dtype == ScalarType.BFloat16 && h.dim() > 0
            && h.shape[^1] % 16 == 0 && h.shape[^1] <= int.MaxValue && h.numel() > 0 && CudaKernels.For(h) is not null;
    }

    /// <summary>[.., 2 * width] to [.., width].</summary>
    /// <param name="h">Both halves; left alone.</param>
    /// <remarks>The graph this records by the kernels can be run once.</remarks>
    public static Tensor Apply(Tensor h)
    {
        using var scope = NewDisposeScope();
        if (!CanApply(h))
        {
            var halves = h.chunk(2, -1);
            return (halves[0] * nn.functional.gelu(halves[1])).MoveToOuterDisposeScope();
        }

        var output = is_grad_enabled() && h.requires_grad ? Recorded.apply(h) : GatedGeluKernels.Forward(CudaKernels.For(h)!, KernelOperand.Row(h));
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Autograd's view of <see cref="GatedGeluKernels"/>.</summary>
    private sealed class Recorded : autograd.SingleTensorFunction<Recorded>
    {
        public override string Name => nameof(GatedGeluFunction);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var h = KernelOperand.Row((Tensor)vars[0]);
            var module = CudaKernels.For(h)!;
            ctx.save_for_backward([h]);
            ctx.save_data(nameof(CudaModule), module);
            ctx.set_materialize_grads(false);
            return GatedGeluKernels.Forward(module, h);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var scope = NewDisposeScope();
            using var gradient = grad_output;
            using var noGradient = no_grad();
            var saved = ctx.get_saved_variables();
            // Lets go of the input as soon as it has been used, as libtorch's own nodes do.
            ctx.Dispose();
            return gradient.IsInvalid
                ? HandedOver.Keep((Tensor?)null)
                : HandedOver.Keep(GatedGeluKernels.Backward((CudaModule)ctx.get_data(nameof(CudaModule)), saved[0], KernelOperand.Row(gradient)));
        }
    }
}
