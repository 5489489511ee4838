using System.Runtime.Intrinsics;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Group normalisation and the SiLU behind it on the CPU in one (<see cref="GroupNormKernel"/>): libtorch goes over the picture three times more and keeps the normalised one. Arguments: x, weight, bias, groups, epsilon, silu; all checked before, since a backward must not throw.</summary>
internal sealed class GroupNormOnCpu : autograd.SingleTensorFunction<GroupNormOnCpu>
{
    private const int Block = 16;
    private const double OperationsForEach = 20;

    /// <inheritdoc/>
    public override string Name => nameof(GroupNormOnCpu);

    /// <summary>Whether it is made for this: contiguous fp32 [n, c, h, w] on a processor with AVX-512, h * w a multiple of sixteen.</summary>
    public static bool CanApply(Tensor x, Tensor weight, Tensor bias, long groups)
    {
        if (!Vector512.IsHardwareAccelerated || x.device_type != TorchSharp.DeviceType.CPU || x.dtype != ScalarType.Float32 || x.dim() != 4 || weight.dtype != ScalarType.Float32 || bias.dtype != ScalarType.Float32)
        {
            return false;
        }

        return x.size(2) * x.size(3) % Block == 0 && x.size(1) % groups == 0 && x.numel() is > 0 and <= int.MaxValue && x.is_contiguous() && weight.is_contiguous() && bias.is_contiguous();
    }

    /// <summary>Normalises [n, c, h, w], with or without gradients.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, int groups, double epsilon, bool silu)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad))
        {
            return apply(x, weight, bias, groups, epsilon, silu);
        }

        using var moments = Moments(x, groups);
        return Forward(x, weight, bias, groups, epsilon, silu, moments);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (groups, epsilon, silu) = ((int)vars[3], (double)vars[4], (bool)vars[5]);
        var moments = Moments(x, groups);
        var y = Forward(x, weight, bias, groups, epsilon, silu, moments);
        ctx.save_for_backward([x, weight, bias, moments]);
        ctx.save_data(nameof(Kept), new Kept(groups, epsilon, silu, x.requires_grad, weight.requires_grad, bias.requires_grad));
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
        if (given.IsInvalid)
        {
            return HandedOver.Keep(null, null, null, null, null, null);
        }

        var kept = (Kept)ctx.get_data(nameof(Kept));
        var gradient = given.is_contiguous() ? given : given.contiguous();
        var (input, ofChannels) = Backward(saved[0], gradient, saved[1], saved[2], saved[3], kept);
        var learns = kept.Weight || kept.Bias ? ofChannels.sum([0L]) : null;
        return HandedOver.Keep(kept.Input ? input : null, kept.Weight ? learns!.select(1, 0).contiguous() : null, kept.Bias ? learns!.select(1, 1).contiguous() : null, null, null, null);
    }

    private static Tensor Moments(Tensor x, int groups) => empty([x.size(0), groups, 2], dtype: ScalarType.Float32);

    private static unsafe Tensor Forward(Tensor x, Tensor weight, Tensor bias, int groups, double epsilon, bool silu, Tensor moments)
    {
        var y = empty(x.shape, dtype: ScalarType.Float32);
        var (channels, pixels) = ((int)(x.size(1) / groups), (int)(x.size(2) * x.size(3)));
        var kernel = new GroupNormKernel(channels, pixels, (float)epsilon, silu);
        var (from, w, b, to, m) = (TensorData.Address(x), TensorData.Address(weight), TensorData.Address(bias), TensorData.Address(y), TensorData.Address(moments));
        SharedWork.Over((int)x.size(0) * groups, OperationsForEach * x.numel(), (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var (group, channel) = (i * (nint)channels * pixels, i % groups * channels);
                kernel.Forward((float*)from + group, (float*)w + channel, (float*)b + channel, (float*)to + group, (float*)m + (2 * i));
            }
        });
        return y;
    }

    // The gradients of weight and bias for each picture, [n, c, 2].
    private static unsafe (Tensor Input, Tensor OfChannels) Backward(Tensor x, Tensor gradient, Tensor weight, Tensor bias, Tensor moments, Kept kept)
    {
        var (result, ofChannels) = (empty(x.shape, dtype: ScalarType.Float32), empty([x.size(0), x.size(1), 2], dtype: ScalarType.Float32));
        var (groups, channels, pixels) = (kept.Groups, (int)(x.size(1) / kept.Groups), (int)(x.size(2) * x.size(3)));
        var kernel = new GroupNormKernel(channels, pixels, (float)kept.Epsilon, kept.Silu);
        var (from, dy, w, b) = (TensorData.Address(x), TensorData.Address(gradient), TensorData.Address(weight), TensorData.Address(bias));
        var (m, dx, sums) = (TensorData.Address(moments), TensorData.Address(result), TensorData.Address(ofChannels));
        SharedWork.Over((int)x.size(0) * groups, OperationsForEach * x.numel(), (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var (group, channel) = (i * (nint)channels * pixels, i % groups * channels);
                kernel.Backward(
                    (float*)from + group, (float*)dy + group, (float*)w + channel, (float*)b + channel, (float*)m + (2 * i), (float*)dx + group, (float*)sums + (2 * i * (nint)channels));
            }
        });
        return (result, ofChannels);
    }

    private sealed record Kept(int Groups, double Epsilon, bool Silu, bool Input, bool Weight, bool Bias);
}
