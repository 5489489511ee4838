using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Diptych.Common.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Common.Cuda;

/// <summary>Whether there are kernels of our own for a device. Where there are none, callers use libtorch's operators.</summary>
public static class CudaKernels
{
    private static readonly ConcurrentDictionary<int, Lazy<(CudaModule? Module, string? Reason)>> Modules = new();

    /// <summary>Whether the kernels are used where they can be; a benchmark turns them off to compare. Default true.</summary>
    public static bool Enabled { get; set; } = true;

    /// <summary>Whether the first CUDA device has them, whatever <see cref="Enabled"/> says. The first question compiles them.</summary>
    public static bool IsAvailable => Find(0).Module is not null;

    /// <summary>Why <see cref="IsAvailable"/> is false; <see langword="null"/> where it is true.</summary>
    public static string? Reason => Find(0).Reason;

    /// <summary>Compiles and loads the kernels, which must not happen while a graph is being recorded, and says whether <paramref name="device"/> has them.</summary>
    public static bool Prepare(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == DeviceType.CUDA && Find(Math.Max(0, device.index)).Module is not null;
    }

    /// <summary>The kernels for the device of <paramref name="tensor"/>; <see langword="null"/> where there are none or they are turned off.</summary>
    internal static CudaModule? For(Tensor tensor) =>
        Enabled && tensor.device_type == DeviceType.CUDA ? Find(Math.Max(0, tensor.device_index)).Module : null;

    private static (CudaModule? Module, string? Reason) Find(int device) =>
        Modules.GetOrAdd(device, static index => new Lazy<(CudaModule?, string?)>(() => Load(index))).Value;

    private static (CudaModule? Module, string? Reason) Load(int device)
    {
        try
        {
            if (TorchRuntime.Loaded is not { HasCuda: true })
            {
                return (null, "this libtorch has no CUDA, or is not Linux's");
            }

            if (!cuda.is_available())
            {
                return (null, "no CUDA device answers");
            }

            // Makes libtorch's context before ours asks for it.
            using var touch = zeros(1, device: new Device(DeviceType.CUDA, device));
            return (CudaModule.Load(device), null);
        }
        catch (Exception e) when (e is DiptychException or TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or ExternalException or InvalidOperationException)
        {
            return (null, (e.InnerException ?? e).Message.ReplaceLineEndings(" "));
        }
    }
}
