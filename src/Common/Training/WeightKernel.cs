using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>AdamW's step with fp32 gradients on the CPU. It is bound by memory, so each number is touched once (libtorch's fused kernel writes the divided gradients back).</summary>
internal static unsafe class WeightKernel
{
    // A kilobyte.
    private const int Ahead = 256;

    /// <summary>Whether it reads such tensors.</summary>
    public static bool Reads(Tensor weight, Tensor gradient) => AreNumbers(weight) && AreNumbers(gradient);

    /// <summary>Adds one to a scalar that counts steps, and gives it: without an operator for every one of hundreds of weights.</summary>
    public static int CountStep(Tensor steps) => (int)++*TensorData.Floats(steps);

    /// <summary>Steps all weights, moments in place.</summary>
    public static void Update(IReadOnlyList<Weight> weights) =>
        NumberPieces.Over(NumberPieces.Of(weights.Select(weight => weight.Count)), (piece, _) => Update(weights[piece.Tensor], piece.From, piece.To));

    private static bool AreNumbers(Tensor tensor) => tensor.device_type == TorchSharp.DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous();

    private static void Update(Weight weight, int from, int to)
    {
        var (factors, i) = (weight.Factors, from);
        for (; i <= to - Vector<float>.Count; i += Vector<float>.Count)
        {
            Fetch(weight, i + Ahead);
            factors.Step(Vector.Load(weight.Gradient + i), weight.Mean + i, weight.Square + i, weight.Numbers + i);
        }

        for (; i < to; i++)
        {
            factors.Step(weight.Gradient[i], weight.Mean + i, weight.Square + i, weight.Numbers + i);
        }
    }

    // The processor foresees what is read next, but no further than to the end of a page.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(in Weight weight, int from)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(weight.Numbers + from);
            Sse.Prefetch0(weight.Gradient + from);
            Sse.Prefetch0(weight.Mean + from);
            Sse.Prefetch0(weight.Square + from);
        }
    }

    /// <summary>One weight: contiguous fp32 CPU tensors of equally many numbers.</summary>
    public readonly struct Weight(Tensor weight, Tensor gradient, Tensor mean, Tensor square, AdamWFactors factors)
    {
        public float* Numbers { get; } = TensorData.Floats(weight);

        public float* Gradient { get; } = TensorData.Floats(gradient);

        public float* Mean { get; } = TensorData.Floats(mean);

        public float* Square { get; } = TensorData.Floats(square);

        public int Count { get; } = checked((int)weight.numel());

        public AdamWFactors Factors { get; } = factors;
    }
}
