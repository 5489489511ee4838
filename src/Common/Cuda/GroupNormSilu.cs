using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Group normalisation (Wu and He 2018) and the SiLU behind it in one: the picture is read twice and written once, and backward keeps nothing but its input.</summary>
public static class GroupNormSilu
{
    /// <summary>Whether <see cref="Apply"/> would use a GPU's kernels: bf16 [n, c, h, w] on a device that has them, with c a multiple of eight.</summary>
    public static bool CanApply(Tensor x, Tensor weight, Tensor bias, long groups)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(bias);
        if (x.device_type != TorchSharp.DeviceType.CUDA || x.dtype != ScalarType.BFloat16 || x.dim() != 4)
        {
            return false;
        }

        var size = x.shape;
        return groups > 0 && size[1] % 8 == 0 && size[1] % groups == 0 && size[1] <= GroupNormShape.MostChannels
            && size[0] is > 0 and <= ushort.MaxValue && size[2] * size[3] is > 0 and <= int.MaxValue / 2
            && IsParameter(weight, x) && IsParameter(bias, x) && weight.dtype == bias.dtype
            && CudaKernels.For(x) is not null;
    }

    /// <summary>Normalises [n, c, h, w], with SiLU behind it where asked for: by kernels on a GPU, whose result is channels-last, by ours on the CPU (<see cref="GroupNormOnCpu"/>), otherwise by libtorch.</summary>
    /// <param name="x">The picture; left alone. On a GPU it should be channels-last, and is copied so where it is not.</param>
    /// <param name="weight">[c].</param>
    /// <param name="bias">[c].</param>
    /// <param name="groups">Groups the channels are in.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="silu">Whether x * sigmoid(x) follows.</param>
    /// <remarks>The graph this records can be run once.</remarks>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, long groups, double epsilon, bool silu)
    {
        var isOnCpu = GroupNormOnCpu.CanApply(x, weight, bias, groups);
        if (!isOnCpu && !CanApply(x, weight, bias, groups))
        {
            var normalised = nn.functional.group_norm(x, groups, weight, bias, epsilon);
            return silu ? normalised.ThenSilu() : normalised;
        }

        using var scope = NewDisposeScope();
        var learns = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad);
        var output = (learns, isOnCpu) switch
        {
            (true, _) => GroupNormFunction.apply(x, weight, bias, (int)groups, epsilon, silu),
            (_, true) => GroupNormOnCpu.Forward(x, weight, bias, (int)groups, epsilon, silu).Output,
            _ => GroupNormKernels.Forward(CudaKernels.For(x)!, KernelOperand.Picture(x), weight, bias, (int)groups, epsilon, silu).Output,
        };
        return output.MoveToOuterDisposeScope();
    }

    private static bool IsParameter(Tensor tensor, Tensor x) =>
        tensor.dtype is ScalarType.BFloat16 or ScalarType.Float32 && tensor.device_type == x.device_type && tensor.numel() == x.shape[1] && tensor.is_contiguous();
}
