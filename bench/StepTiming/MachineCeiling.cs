using System.Diagnostics;
using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.StepTiming;

/// <summary>What this machine can do at most, measured beside the steps: the best rate of a large matrix product and of a large convolution.</summary>
/// <param name="MatmulGflops">Billions of operations a second of a square product, libtorch's or ours.</param>
/// <param name="ConvGflops">The same of a 3 x 3 convolution.</param>
public sealed record MachineCeiling(double MatmulGflops, double ConvGflops)
{
    private const int Side = 1024;
    private const int Channels = 128;
    private const int Picture = 32;
    private const int Batch = 8;
    private const int Repeats = 12;

    /// <summary>Measures; about two seconds.</summary>
    /// <param name="device">Where.</param>
    /// <param name="precision">Of the factors.</param>
    public static MachineCeiling Measure(Device device, MixedPrecision precision = MixedPrecision.No)
    {
        ArgumentNullException.ThrowIfNull(device);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var type = precision.On(device) == MixedPrecision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
        Tensor Random(params long[] shape) => randn(shape, device: device).to_type(type);
        var (a, b) = (Random(Side, Side), Random(Side, Side));
        var (x, weight) = (Random(Batch, Channels, Picture, Picture), Random(Channels, Channels, 3, 3));
        using var linear = new LinearLayer(Side, Side, hasBias: false);
        var matmulWork = 2.0 * Side * Side * Side;
        var libtorchs = Best(matmulWork, device, () => matmul(a, b));
        return new MachineCeiling(
            type == ScalarType.Float32 && device.type == TorchSharp.DeviceType.CPU ? Math.Max(libtorchs, Best(matmulWork, device, () => linear.call(a))) : libtorchs,
            Best(2.0 * Batch * Picture * Picture * Channels * Channels * 9, device, () => nn.functional.conv2d(x, weight, padding: [1, 1])));
    }

    /// <summary>The higher of the two rates.</summary>
    public double Gflops => Math.Max(MatmulGflops, ConvGflops);

    private static double Best(double operations, Device device, Func<Tensor> run)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repeats; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            run().Dispose();
            PhaseClock.Wait(device);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return operations / best / 1e9;
    }
}
