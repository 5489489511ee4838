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
    private sealed class Recorded : ManagedFunction<Recorded>
    {
        public override string Name => nameof(GatedGeluFunction);

        protected override (Tensor Output, List<Tensor> Saved, object Kept) Forward(object[] arguments)
        {
            var h = KernelOperand.Row((Tensor)arguments[0]);
            var module = CudaKernels.For(h)!;
            return (GatedGeluKernels.Forward(module, h), [h], module);
        }

        protected override Tensor?[] Backward(List<Tensor> saved, Tensor gradient, object kept) => [GatedGeluKernels.Backward((CudaModule)kept, saved[0], KernelOperand.Row(gradient))];
    }
}
