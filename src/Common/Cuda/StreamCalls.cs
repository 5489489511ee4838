using System.Runtime.InteropServices;

namespace Diptych.Common.Cuda;

/// <summary>Streams and memory, asked of the CUDA driver itself.</summary>
internal static partial class StreamCalls
{
    private const string Library = "libcuda.so.1";

    // Does not wait for the legacy default stream, nor lets it wait.
    private const uint NonBlocking = 1;

    /// <summary>Makes a stream in the current context.</summary>
    public static nint CreateStream()
    {
        Check(StreamCreate(out var stream, NonBlocking), "cuStreamCreate");
        return stream;
    }

    /// <summary>Destroys a stream once its work is done.</summary>
    public static void DestroyStream(nint stream) => Check(StreamDestroy(stream), "cuStreamDestroy");

    /// <summary>Free and whole memory of the current device, in bytes.</summary>
    public static (long Free, long Total) Memory()
    {
        Check(MemGetInfo(out var free, out var total), "cuMemGetInfo");
        return ((long)free, (long)total);
    }

    private static void Check(int status, string what)
    {
        if (status != 0)
        {
            throw new DiptychException($"The CUDA driver refused {what} (error {status}): diptych doctor shows what it can do; --gpu-levers kernels,channels-last,search does without it.");
        }
    }

    [LibraryImport(Library, EntryPoint = "cuStreamCreate")]
    private static partial int StreamCreate(out nint stream, uint flags);

    [LibraryImport(Library, EntryPoint = "cuStreamDestroy_v2")]
    private static partial int StreamDestroy(nint stream);

    [LibraryImport(Library, EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemGetInfo(out nuint free, out nuint total);
}
