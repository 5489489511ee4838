using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Launches group normalisation's kernels. Pictures are [n, c, h, w] bf16, channels-last; weight and bias [c], both bf16 or both fp32.</summary>
internal static class GroupNormKernels
{
    /// <summary>The normalised picture, and [n, groups] fp32 means and reciprocal deviations for <see cref="Backward"/>.</summary>
    public static (Tensor Output, Tensor Mean, Tensor Rstd) Forward(CudaModule module, Tensor x, Tensor weight, Tensor bias, int groups, double epsilon, bool silu)
    {
        var shape = Shape(module, x, groups);
        var floats = weight.dtype == ScalarType.Float32;
        using var partial = Floats(x, shape.Samples, groups, shape.Tiles, 2);
        module.Launch("group_norm_moments", shape.ForSums, x, partial, shape.Pixels, shape.Channels, groups, shape.Rows);
        var output = ChannelsLast.EmptyLike(x);
        var mean = Floats(x, shape.Samples, groups);
        var rstd = Floats(x, shape.Samples, groups);
        module.Launch("group_norm_forward", shape.ForPictures,
            x, partial, weight, bias, output, mean, rstd, shape.Pixels, shape.Channels, groups, shape.Rows, (float)epsilon, silu, floats);
        return (output, mean, rstd);
    }

    /// <summary>The gradients that are asked for; those of weight and bias come together, in their type.</summary>
    public static (Tensor? Input, Tensor? Weight, Tensor? Bias) Backward(
        CudaModule module, Tensor x, Tensor gradient, Tensor mean, Tensor rstd, Tensor weight, Tensor bias, int groups, bool silu, bool forInput, bool forParameters)
    {
        var shape = Shape(module, x, groups);
        var floats = weight.dtype == ScalarType.Float32;
        using var ofGroups = Floats(x, shape.Samples, groups, shape.Tiles, 2);
        using var ofChannels = forParameters ? Floats(x, shape.Samples, shape.Tiles, shape.Channels, 2) : null;
        module.Launch("group_norm_backward_sums", shape.ForSums,
            x, gradient, mean, rstd, weight, bias, ofGroups, ofChannels, shape.Pixels, shape.Channels, groups, shape.Rows, silu, floats);
        Tensor? input = null, weightGradient = null, biasGradient = null;
        if (forInput)
        {
            input = ChannelsLast.EmptyLike(x);
            module.Launch("group_norm_backward_input", shape.ForPictures,
                x, gradient, mean, rstd, weight, bias, ofGroups, input, shape.Pixels, shape.Channels, groups, shape.Rows, silu, floats);
        }

        if (ofChannels is not null)
        {
            weightGradient = empty(shape.Channels, dtype: weight.dtype, device: x.device);
            biasGradient = empty(shape.Channels, dtype: weight.dtype, device: x.device);
            module.Launch("group_norm_backward_parameters", shape.ForParameters,
                ofChannels, weightGradient, biasGradient, shape.Samples * shape.Tiles, shape.Channels, floats);
        }

        return (input, weightGradient, biasGradient);
    }

    private static GroupNormShape Shape(CudaModule module, Tensor x, int groups)
    {
        var size = x.shape;
        return GroupNormShape.Of((int)size[0], (int)(size[2] * size[3]), (int)size[1], groups, module.Multiprocessors);
    }

    private static Tensor Floats(Tensor like, params long[] size) => empty(size, dtype: ScalarType.Float32, device: like.device);
}
