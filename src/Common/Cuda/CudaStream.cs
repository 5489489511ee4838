namespace Diptych.Common.Cuda;

/// <summary>The stream libtorch's own kernels of this thread go to, on which ours keep their place among them.</summary>
internal static unsafe class CudaStream
{
    private static readonly delegate* unmanaged<int, void**, int> GetCurrent = (delegate* unmanaged<int, void**, int>)LibtorchCuda.Export("aoti_torch_get_current_cuda_stream");

    /// <summary>Whether libtorch tells it.</summary>
    public static bool IsKnown => GetCurrent is not null;

    /// <summary>The handle; 0, the stream everything waits for, where libtorch does not tell.</summary>
    public static nint Current(int device)
    {
        void* stream = null;
        return GetCurrent is null || GetCurrent(device, &stream) == 0
            ? (nint)stream
            : throw new InvalidOperationException("libtorch does not tell its current CUDA stream; its reason is on stderr.");
    }
}
