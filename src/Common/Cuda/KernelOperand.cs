using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>What the kernels ask of a tensor beyond its type and shape.</summary>
internal static class KernelOperand
{
    private const int Alignment = 16;

    /// <summary>A channels-last picture whose memory can be read sixteen bytes at a time: <paramref name="x"/> itself where it is one.</summary>
    public static Tensor Picture(Tensor x)
    {
        var packed = ChannelsLast.ToChannelsLast(x);
        return IsAligned(packed) ? packed : Copy(packed, ChannelsLast.EmptyLike(packed));
    }

    /// <summary>A contiguous tensor whose memory can be read sixteen bytes at a time: <paramref name="x"/> itself where it is one.</summary>
    public static Tensor Row(Tensor x)
    {
        var packed = x.is_contiguous() ? x : x.contiguous();
        return IsAligned(packed) ? packed : Copy(packed, empty(packed.shape, dtype: packed.dtype, device: packed.device));
    }

    private static bool IsAligned(Tensor x) => KernelArgument.Address(x) % Alignment == 0;

    private static Tensor Copy(Tensor from, Tensor to)
    {
        to.copy_(from);
        return to;
    }
}
