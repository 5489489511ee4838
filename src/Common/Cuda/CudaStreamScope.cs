using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// A stream of its own that everything libtorch computes on this thread goes to while the object lives. A graph cannot be captured on the default stream,
/// and whatever fills its inputs must stand in the same queue.
/// </summary>
internal sealed unsafe class CudaStreamScope : IDisposable
{
    private static readonly nint CreateGuard = LibtorchCuda.Export("aoti_torch_create_cuda_stream_guard");
    private static readonly nint DeleteGuard = LibtorchCuda.Export("aoti_torch_delete_cuda_stream_guard");

    private readonly nint _stream;
    private readonly nint _guard;

    /// <summary>Makes the stream and moves this thread's work to it.</summary>
    /// <exception cref="DiptychException">There is no GPU, or libtorch does not export what this needs.</exception>
    public CudaStreamScope()
    {
        if (!IsAvailable)
        {
            throw new DiptychException("This libtorch cannot be moved to a CUDA stream: use libtorch 2.10 or newer with CUDA.");
        }

        // libtorch makes the device's context with its first tensor there; what is queued before must not be overtaken.
        using (zeros(1, device: CUDA))
        {
            cuda.synchronize();
        }

        _stream = StreamCalls.CreateStream();
        nint guard;
        if (((delegate* unmanaged<nint, int, nint*, int>)CreateGuard)(_stream, 0, &guard) != 0)
        {
            StreamCalls.DestroyStream(_stream);
            throw new DiptychException("libtorch refused a CUDA stream: diptych doctor shows what it can do; --gpu-levers kernels,channels-last,search does without it.");
        }

        _guard = guard;
    }

    /// <summary>Whether libtorch exports what this needs.</summary>
    public static bool IsAvailable => CreateGuard != 0 && DeleteGuard != 0 && CudaStream.IsKnown;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Freed memory goes back to the allocator marked with this stream, so it must be idle before another takes over.
        cuda.synchronize();
        _ = ((delegate* unmanaged<nint, int>)DeleteGuard)(_guard);
        StreamCalls.DestroyStream(_stream);
    }
}
