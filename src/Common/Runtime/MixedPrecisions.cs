using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>Settles what <see cref="MixedPrecision.Auto"/> leaves open.</summary>
public static class MixedPrecisions
{
    private static readonly Lazy<bool> ProcessorHasBf16 = new(() => DoctorProcessor.Bf16Instructions(DoctorProcessor.Description()).Count > 0);

    /// <summary>The precision on <paramref name="device"/>: never <see cref="MixedPrecision.Auto"/>.</summary>
    public static MixedPrecision On(this MixedPrecision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return precision switch
        {
            MixedPrecision.Auto when Autocast.IsAvailable && (device.type == TorchSharp.DeviceType.CUDA || ProcessorHasBf16.Value) => MixedPrecision.Bf16,
            MixedPrecision.Auto => MixedPrecision.No,
            _ => precision,
        };
    }
}
