using System.Runtime.InteropServices;
using Diptych.Common.Runtime;

namespace Diptych.Common.Cuda;

/// <summary>Entry points of libtorch's CUDA library that TorchSharp does not bind. Where there is no such library, or it lacks one of them, they are 0.</summary>
internal static class LibtorchCuda
{
    private static readonly Lazy<nint> Library = new(Find);

    /// <summary>The address of an exported function, or 0.</summary>
    public static nint Export(string name) => Library.Value != 0 && NativeLibrary.TryGetExport(Library.Value, name, out var address) ? address : 0;

    private static nint Find()
    {
        TorchRuntime.Load();
        return TorchRuntime.Loaded is { HasCuda: true } loaded && NativeLibrary.TryLoad(Path.Combine(loaded.LibtorchFolder, "libtorch_cuda.so"), out var library) ? library : 0;
    }
}
