using Diptych.Common.Products;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>Settles what <see cref="MixedPrecision.Auto"/> leaves open.</summary>
public static class MixedPrecisions
{
    // The weights of a denoiser of 64 million in fp32.
    private const long MostSmallBytes = 4L * KeptKernels.MostParameters;

    private static readonly Lazy<IReadOnlyList<string>> Bf16Instructions = new(() => DoctorProcessor.Bf16Instructions(DoctorProcessor.Description()));

    private static bool ProcessorHasBf16 => Bf16Instructions.Value.Count > 0;

    private static bool ProcessorHasTiles => Bf16Instructions.Value.Any(name => name.StartsWith("amx", StringComparison.Ordinal));

    /// <summary>The precision on <paramref name="device"/>: never <see cref="MixedPrecision.Auto"/>.</summary>
    public static MixedPrecision On(this MixedPrecision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return precision switch
        {
            MixedPrecision.Auto when Autocast.IsAvailable && (device.type == TorchSharp.DeviceType.CUDA || ProcessorHasBf16) => MixedPrecision.Bf16,
            MixedPrecision.Auto => MixedPrecision.No,
            _ => precision,
        };
    }

    /// <summary>
    /// The same for a model. On a CPU a small one runs in fp32 where kernels of ours are made for it: bf16 halves what its products cost, which are the least of its step, and the rest of which runs operator by
    /// operator then. (Not where the processor multiplies bf16 in tiles, which nobody has measured.)
    /// </summary>
    /// <param name="precision">What was asked for.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="model">The model's folder or file.</param>
    public static MixedPrecision On(this MixedPrecision precision, Device device, string model)
    {
        ArgumentNullException.ThrowIfNull(device);
        return precision == MixedPrecision.Auto && device.type == TorchSharp.DeviceType.CPU && OwnProducts.AreSupported && !ProcessorHasTiles && IsSmall(model)
            ? MixedPrecision.No
            : precision.On(device);
    }

    // By its files, before anything is loaded; what is not there is refused when it is.
    private static bool IsSmall(string model)
    {
        var unet = Path.Combine(model, "unet");
        return Directory.Exists(unet) ? Size(Directory.EnumerateFiles(unet, "*", SearchOption.AllDirectories)) <= MostSmallBytes : File.Exists(model) && Size([model]) <= MostSmallBytes;
    }

    // The Hub's folders hold links.
    private static long Size(IEnumerable<string> files) => files.Sum(file => (File.ResolveLinkTarget(file, returnFinalTarget: true) is { } target ? new FileInfo(target.FullName) : new FileInfo(file)).Length);
}
