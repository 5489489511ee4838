using System.Runtime.InteropServices;
using Diptych.Common.Runtime;

namespace Diptych.Common.Cuda;

/// <summary>The stream libtorch's own kernels of this thread go to, on which ours keep their place among them.</summary>
internal static unsafe class CudaStream
{
    private static readonly delegate* unmanaged<int, void**, int> GetCurrent = Find();

    /// <summary>The handle; 0, the stream everything waits for, where libtorch does not tell.</summary>
    public static nint Current(int device)
    {
        void* stream = null;
        return GetCurrent is null || GetCurrent(device, &stream) == 0
            ? (nint)stream
            : throw new InvalidOperationException("libtorch does not tell its current CUDA stream; its reason is on stderr.");
    }

    private static delegate* unmanaged<int, void**, int> Find() =>
        TorchRuntime.Loaded is { HasCuda: true } loaded
        && NativeLibrary.TryLoad(Path.Combine(loaded.LibtorchFolder, "libtorch_cuda.so"), out var library)
        && NativeLibrary.TryGetExport(library, "aoti_torch_get_current_cuda_stream", out var address)
            ? (delegate* unmanaged<int, void**, int>)address
            : null;
}
