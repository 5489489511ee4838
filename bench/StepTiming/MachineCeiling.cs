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
        // A card is not filled by what keeps a processor busy for a moment.
        var (side, channels, picture, batch) = device.type == TorchSharp.DeviceType.CPU ? (1024, 128, 32, 8) : (8192, 512, 64, 16);
        Tensor Random(params long[] shape) => randn(shape, device: device).to_type(type);
        var (a, b) = (Random(side, side), Random(side, side));
        var (x, weight) = (Random(batch, channels, picture, picture), Random(channels, channels, 3, 3));
        var matmulWork = 2.0 * side * side * side;
        var best = Best(matmulWork, device, () => matmul(a, b));
        if (type == ScalarType.Float32 && device.type == TorchSharp.DeviceType.CPU)
        {
            using var linear = new LinearLayer(side, side, hasBias: false);
            best = Math.Max(best, Best(matmulWork, device, () => linear.call(a)));
        }

        return new MachineCeiling(
            best,
            Best(2.0 * batch * picture * picture * channels * channels * 9, device, () => nn.functional.conv2d(x, weight, padding: [1, 1])));
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
