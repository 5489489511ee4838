using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>
/// Automatic mixed precision, which TorchSharp does not bind: inside the scope libtorch runs matrix products and convolutions in bf16
/// while weights, sums and losses stay fp32 (Micikevicius et al., "Mixed precision training", 2018). bf16 has fp32's range, so no loss scaling is needed.
/// </summary>
public sealed unsafe class Autocast : IDisposable
{
    private const sbyte Bfloat16 = 15;

    private static readonly Lazy<Exports?> Functions = new(Find);

    private readonly sbyte _device;
    private readonly bool _active;
    private readonly bool _pauses;

    private Autocast(sbyte device, bool active)
    {
        _device = device;
        _active = active;
        if (active)
        {
            Functions.Value!.SetDtype(device, Bfloat16);
            Functions.Value!.SetEnabled(device, true);
        }
    }

    private Autocast(sbyte device)
    {
        _device = device;
        _pauses = Functions.Value is { } functions && functions.IsEnabled(device);
        if (_pauses)
        {
            Functions.Value!.SetEnabled(device, false);
        }
    }

    /// <summary>Whether this libtorch exports what autocast needs.</summary>
    public static bool IsAvailable => Functions.Value is not null;

    /// <summary>Opens a scope for <paramref name="device"/>; where the precision comes to fp32 it does nothing.</summary>
    /// <exception cref="DiptychException">bf16 is asked for and libtorch does not export autocast.</exception>
    public static Autocast For(Device device, MixedPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (precision.On(device) == MixedPrecision.No)
        {
            return new Autocast(0, active: false);
        }

        return IsAvailable
            ? new Autocast((sbyte)device.type, active: true)
            : throw new DiptychException("--mixed-precision bf16 needs a libtorch that exports autocast (2.10 on Linux does): use --mixed-precision no.");
    }

    /// <summary>Opens a scope in which types are as they come, inside a scope that mixes them; elsewhere it does nothing.</summary>
    public static Autocast Pause(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new Autocast((sbyte)device.type);
    }

    /// <summary>Whether the calling thread mixes precisions on <paramref name="device"/>.</summary>
    public static bool IsOn(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Functions.Value is { } functions && functions.IsEnabled((sbyte)device.type);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pauses)
        {
            Functions.Value!.SetEnabled(_device, true);
        }

        if (_active)
        {
            Functions.Value!.SetEnabled(_device, false);
            // Casted weights are cached for the scope; left in place they would be stale after the optimizer's step.
            Functions.Value!.ClearCache();
        }
    }

    private static Exports? Find()
    {
        var library = TorchRuntime.LibtorchCpu;
        return NativeLibrary.TryGetExport(library, "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb", out var enable)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE", out var dtype)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE", out var enabled)
            && NativeLibrary.TryGetExport(library, "_ZN2at8autocast11clear_cacheEv", out var clear)
            ? new Exports(enable, enabled, dtype, clear)
            : null;
    }

    private sealed class Exports(nint enable, nint enabled, nint dtype, nint clear)
    {
        public bool IsEnabled(sbyte device) => ((delegate* unmanaged<sbyte, byte>)enabled)(device) != 0;

        public void SetEnabled(sbyte device, bool on) => ((delegate* unmanaged<sbyte, byte, void>)enable)(device, (byte)(on ? 1 : 0));

        public void SetDtype(sbyte device, sbyte type) => ((delegate* unmanaged<sbyte, sbyte, void>)dtype)(device, type);

        public void ClearCache() => ((delegate* unmanaged<void>)clear)();
    }
}
