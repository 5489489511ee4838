using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>
/// Everything a piece of work launches on the GPU, recorded once and launched again as a whole (<c>at::cuda::CUDAGraph</c>, which TorchSharp does not
/// bind). A training step is some two thousand kernels of a few microseconds; launched one by one they keep the processor busier than the GPU.
/// </summary>
/// <remarks>
/// What is recorded reads and writes the same addresses every time: inputs are written into tensors that stay, results are read from them. It must not
/// wait for the device, copy from ordinary memory, or depend on a number only the processor knows. libtorch's refusals are C++ exceptions and end the
/// process, so only work known to obey belongs here; it has to have run some times before, on the same <see cref="CudaStreamScope"/>.
/// </remarks>
internal sealed unsafe class CudaGraph : IDisposable
{
    // sizeof(at::cuda::CUDAGraph) is some hundred bytes in every release; it is constructed in place here.
    private const int Room = 4096;

    // Other threads' calls do not concern a capture: .NET's finalizer may free a tensor at any time.
    private const int ThreadLocalCapture = 1;

    private static readonly nint Construct = LibtorchCuda.Export("_ZN2at4cuda9CUDAGraphC1Eb");
    private static readonly nint Destruct = LibtorchCuda.Export("_ZN2at4cuda9CUDAGraphD1Ev");
    private static readonly nint Begin = LibtorchCuda.Export("_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
    private static readonly nint End = LibtorchCuda.Export("_ZN2at4cuda9CUDAGraph11capture_endEv");
    private static readonly nint Launch = LibtorchCuda.Export("_ZN2at4cuda9CUDAGraph6replayEv");

    private nint _graph;

    private CudaGraph(nint graph) => _graph = graph;

    /// <summary>Whether this libtorch can record graphs.</summary>
    public static bool IsAvailable => CudaStreamScope.IsAvailable && Construct != 0 && Destruct != 0 && Begin != 0 && End != 0 && Launch != 0;

    /// <summary>Records what <paramref name="work"/> launches, without running it.</summary>
    /// <param name="work">The work; what it leaves in tensors is there only after a <see cref="Replay"/>.</param>
    public static CudaGraph Capture(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        // Tensors nobody holds any more are freed now and not while recording.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        cuda.synchronize();
        var graph = (nint)NativeMemory.AllocZeroed(Room);
        ((delegate* unmanaged<nint, byte, void>)Construct)(graph, 0);
        // {0, 0}: a memory pool of its own.
        ((delegate* unmanaged<nint, ulong, ulong, int, void>)Begin)(graph, 0, 0, ThreadLocalCapture);
        var recorded = new CudaGraph(graph);
        try
        {
            work();
        }
        catch
        {
            ((delegate* unmanaged<nint, void>)End)(graph);
            recorded.Dispose();
            throw;
        }

        ((delegate* unmanaged<nint, void>)End)(graph);
        return recorded;
    }

    /// <summary>Queues all of it once.</summary>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(_graph == 0, this);
        ((delegate* unmanaged<nint, void>)Launch)(_graph);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_graph != 0)
        {
            cuda.synchronize();
            ((delegate* unmanaged<nint, void>)Destruct)(_graph);
            NativeMemory.Free((void*)_graph);
            _graph = 0;
        }
    }
}
