using System.Runtime.InteropServices;
using Diptych.Common.Runtime;

namespace Diptych.Common.Cuda;

/// <summary>cuDNN's trial of every algorithm for each new shape of convolution, which TorchSharp does not bind. Shapes hardly change in training, so a search pays at once.</summary>
internal static unsafe class CudnnSearch
{
    /// <summary>Switches it on or off for the process; does nothing where libtorch has no CUDA or does not export the switch.</summary>
    public static void Set(bool on)
    {
        if (TorchRuntime.Loaded is { HasCuda: true }
            && NativeLibrary.TryGetExport(TorchRuntime.LibtorchCpu, "_ZN2at13globalContextEv", out var context)
            && NativeLibrary.TryGetExport(TorchRuntime.LibtorchCpu, "_ZN2at7Context17setBenchmarkCuDNNEb", out var set))
        {
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), (byte)(on ? 1 : 0));
        }
    }
}
