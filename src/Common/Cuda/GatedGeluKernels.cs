using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Launches the gated GELU's kernels, on contiguous bf16 tensors.</summary>
internal static class GatedGeluKernels
{
    private const int Threads = 256;

    /// <summary>[.., 2 * width] to [.., width].</summary>
    public static Tensor Forward(CudaModule module, Tensor h)
    {
        var size = h.shape;
        var width = size[^1] / 2;
        var output = empty([.. size[..^1], width], dtype: h.dtype, device: h.device);
        var vectors = output.numel() / 8;
        module.Launch("gated_gelu_forward", Shape(vectors), h, output, vectors, (int)width);
        return output;
    }

    /// <summary>The gradient of [.., 2 * width] from that of [.., width].</summary>
    public static Tensor Backward(CudaModule module, Tensor h, Tensor gradient)
    {
        var input = empty(h.shape, dtype: h.dtype, device: h.device);
        var vectors = gradient.numel() / 8;
        module.Launch("gated_gelu_backward", Shape(vectors), h, gradient, input, vectors, (int)(h.shape[^1] / 2));
        return input;
    }

    private static LaunchShape Shape(long vectors) => new(checked((int)((vectors + Threads - 1) / Threads)), 1, Threads);
}
