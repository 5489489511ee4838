using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Shares <see cref="GroupNormKernel"/>'s groups out. Pictures are contiguous fp32 [n, c, h, w], h * w a multiple of sixteen; weight and bias fp32 [c].</summary>
internal static unsafe class GroupNormOnCpu
{
    private const int Block = 16;
    private const double OperationsForEach = 20;

    /// <summary>Whether it is made for this, on a processor with AVX-512.</summary>
    public static bool CanApply(Tensor x, Tensor weight, Tensor bias, long groups)
    {
        if (!Avx512F.IsSupported || x.device_type != TorchSharp.DeviceType.CPU || x.dtype != ScalarType.Float32 || x.dim() != 4 || weight.dtype != ScalarType.Float32 || bias.dtype != ScalarType.Float32)
        {
            return false;
        }

        return x.size(2) * x.size(3) % Block == 0 && x.size(1) % groups == 0 && x.numel() is > 0 and <= int.MaxValue && x.is_contiguous() && weight.is_contiguous() && bias.is_contiguous();
    }

    /// <summary>The normalised picture, and [n, groups] means and reciprocal deviations for <see cref="Backward"/>.</summary>
    public static (Tensor Output, Tensor Mean, Tensor Rstd) Forward(Tensor x, Tensor weight, Tensor bias, int groups, double epsilon, bool silu)
    {
        var (output, mean, rstd) = (Floats(x.shape), Floats(x.size(0), groups), Floats(x.size(0), groups));
        var (channels, pixels) = GroupSize(x, groups);
        var kernel = new GroupNormKernel(channels, pixels, silu);
        float* from = TensorData.Floats(x), w = TensorData.Floats(weight), b = TensorData.Floats(bias), to = TensorData.Floats(output), m = TensorData.Floats(mean), r = TensorData.Floats(rstd);
        SharedWork.Over((int)x.size(0) * groups, OperationsForEach * x.numel(), (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var (group, channel) = (i * (nint)channels * pixels, i % groups * channels);
                kernel.Forward(from + group, w + channel, b + channel, to + group, (float)epsilon, out m[i], out r[i]);
            }
        });
        return (output, mean, rstd);
    }

    /// <summary>The gradients of the picture, of weight and of bias. Of a gradient of fewer channels than the picture has, whole groups, those of its first channels, and of no parameters.</summary>
    public static (Tensor Input, Tensor? Weight, Tensor? Bias) Backward(
        Tensor x, Tensor gradient, Tensor mean, Tensor rstd, Tensor weight, Tensor bias, int groups, bool silu, bool forParameters)
    {
        // Of factors and of what is added, side by side for each channel of each picture.
        using var ofChannels = Floats(x.size(0), gradient.size(1), 2);
        var input = Floats(gradient.shape);
        var (channels, pixels) = GroupSize(x, groups);
        var asked = (int)gradient.size(1) / channels;
        var kernel = new GroupNormKernel(channels, pixels, silu);
        float* from = TensorData.Floats(x), dy = TensorData.Floats(gradient), w = TensorData.Floats(weight), b = TensorData.Floats(bias);
        float* m = TensorData.Floats(mean), r = TensorData.Floats(rstd), dx = TensorData.Floats(input), sums = TensorData.Floats(ofChannels);
        SharedWork.Over((int)x.size(0) * asked, OperationsForEach * gradient.numel(), (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var (sample, number) = Math.DivRem(i, asked);
                var (channel, group) = (number * channels, (sample * groups) + number);
                var (there, here) = (group * (nint)channels * pixels, i * (nint)channels * pixels);
                kernel.Backward(from + there, dy + here, w + channel, b + channel, m[group], r[group], dx + here, sums + (2 * i * (nint)channels));
            }
        });
        if (!forParameters)
        {
            return (input, null, null);
        }

        using var ofAll = ofChannels.sum([0L]);
        return (input, ofAll.select(1, 0).contiguous(), ofAll.select(1, 1).contiguous());
    }

    private static (int Channels, int Pixels) GroupSize(Tensor x, int groups) => ((int)(x.size(1) / groups), (int)(x.size(2) * x.size(3)));

    private static Tensor Floats(params long[] size) => empty(size, dtype: ScalarType.Float32);
}
