using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>Numbers made on the CPU for another device.</summary>
public static class DeviceCopy
{
    /// <summary>
    /// The tensor on <paramref name="device"/>. To a GPU it goes from page-locked memory, without waiting: an ordinary copy of more than 64 KB waits for everything
    /// queued before it, so that the next step could not be prepared while one runs.
    /// </summary>
    public static Tensor SentTo(this Tensor tensor, Device device)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(device);
        if (device.type != TorchSharp.DeviceType.CUDA || tensor.device_type != TorchSharp.DeviceType.CPU)
        {
            return tensor.to(device);
        }

        // libtorch keeps locked memory until the copy has left it.
        using var locked = tensor.pin_memory();
        return locked.to(device, non_blocking: true);
    }
}
