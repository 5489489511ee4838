using System.Numerics;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// The three products of a bf16 convolution of few pixels on the CPU, 1x1 or 3x3: kernels that lie with their channels innermost, a matrix [out, k k in] as they lie, times the pictures' rows
/// (<see cref="PictureRows"/>). oneDNN's convolutions lay the kernels anew in every one, and their gradient too: of 1280 to 1280 channels at 8x8 or 4x4 that takes as long as the convolution, or longer.
/// </summary>
internal sealed class RowsProduct : ILayerProduct
{
    // Beyond, laying kernels is little beside multiplying with them, and the rows are nine times the pictures.
    private const long MostPixels = 256;

    private RowsProduct()
    {
    }

    /// <summary>Whether a convolution of this weight [out, in, k, k] that keeps the size of pictures [n, in, h, w], in bf16 or about to be, runs as one.</summary>
    public static bool CanConvolve(Tensor x, Tensor weight) =>
        x.device_type == TorchSharp.DeviceType.CPU && weight.dtype == ScalarType.BFloat16 && x.numel() > 0 && x.size(0) * x.size(2) * x.size(3) <= MostPixels && weight.size(1) % Vector<ushort>.Count == 0
        && ChannelsLast.IsChannelsLast(weight) && (x.dtype == ScalarType.BFloat16 || Autocast.IsOn(x.device));

    /// <summary>[n, in, h, w] to [n, out, h, w].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (samples, outputs) = (x.size(0), weight.size(0));
        var rows = PictureRows.Of(x, Side(weight)).t();
        var y = bias is null ? mm(Kernels(weight), rows) : addmm(bias.to_type(ScalarType.BFloat16).unsqueeze(1), Kernels(weight), rows, beta: 1, alpha: 1);
        // The pixels of all samples lie side by side in a channel.
        var pictures = samples == 1 ? y : y.view(outputs, samples, -1).transpose(0, 1).contiguous();
        // No view, so that it may be changed in place.
        var result = empty([0], dtype: ScalarType.BFloat16);
        TensorData.Set(result, pictures.view(samples, outputs, x.size(2), x.size(3)));
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the input, [n, in, h, w].</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var rows = mm(ByChannel(gradient).t(), Kernels(weight));
        return PictureRows.Sum(rows, [gradient.size(0), weight.size(1), gradient.size(2), gradient.size(3)], Side(weight)).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the weight, [out, in, k, k], lying as it lies; null where the weight has it already.</summary>
    public static Tensor? WeightGradient(Tensor x, Tensor gradient, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var side = Side(weight);
        var kernels = mm(ByChannel(gradient), PictureRows.Of(x, side));
        var result = kernels.view(weight.size(0), side, side, weight.size(1)).permute(0, 3, 1, 2);
        if (weight is { is_leaf: true, grad: null } && !DeferredGradients.AreHere)
        {
            // Autograd would copy a first gradient that somebody else still holds, as TorchSharp does what it passes on. A lane's, which others add to, goes that way.
            weight.grad = result;
            return null;
        }

        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the bias, [out].</summary>
    public static Tensor BiasGradient(Tensor gradient) => gradient.sum([0, 2, 3]);

    private static int Side(Tensor weight) => (int)weight.size(2);

    private static Tensor Kernels(Tensor weight) => weight.permute(0, 2, 3, 1).view(weight.size(0), -1);

    // [n, out, h, w] to [out, n h w].
    private static Tensor ByChannel(Tensor gradient) => gradient.transpose(0, 1).reshape(gradient.size(1), -1);
}
