using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Switches NNPACK off where it cannot run. It needs the sizes of the processor's caches, which some virtual machines do not tell; libtorch asks it again
/// in every thread, is refused, warns on the terminal and takes another kernel. Asked not to, it takes the same kernel without a word.
/// </summary>
internal static unsafe class Nnpack
{
    private const string Caches = "/sys/devices/system/cpu/cpu0/cache/index0";

    /// <summary>Switches it off in <paramref name="libtorchCpu"/> where the system knows no caches.</summary>
    public static void SwitchOffWithoutCaches(nint libtorchCpu)
    {
        if (!Directory.Exists(Caches)
            && NativeLibrary.TryGetExport(libtorchCpu, "_ZN2at13globalContextEv", out var context)
            && NativeLibrary.TryGetExport(libtorchCpu, "_ZN2at7Context20setUserEnabledNNPACKEb", out var enable))
        {
            ((delegate* unmanaged<nint, byte, void>)enable)(((delegate* unmanaged<nint>)context)(), 0);
        }
    }
}
