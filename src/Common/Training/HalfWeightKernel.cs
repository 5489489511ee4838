using System.Numerics;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>AdamW's step with bf16 gradients on the CPU. It is bound by memory, so each number is touched once.</summary>
internal static unsafe class HalfWeightKernel
{
    /// <summary>One weight: contiguous CPU tensors of equally many numbers, the first three fp32, the others bf16.</summary>
    public readonly struct Weight(Tensor master, Tensor mean, Tensor square, Tensor gradient, Tensor half, AdamWFactors factors)
    {
        public float* Master { get; } = (float*)TensorData.Address(master);

        public float* Mean { get; } = (float*)TensorData.Address(mean);

        public float* Square { get; } = (float*)TensorData.Address(square);

        public ushort* Gradient { get; } = (ushort*)TensorData.Address(gradient);

        public ushort* Half { get; } = (ushort*)TensorData.Address(half);

        public int Count { get; } = checked((int)master.numel());

        public AdamWFactors Factors { get; } = factors;
    }

    /// <summary>Steps all weights: masters and moments in place, the bf16 copies written anew.</summary>
    public static void Update(IReadOnlyList<Weight> weights) =>
        NumberPieces.Over(NumberPieces.Of(weights.Select(weight => weight.Count)), (piece, _) => Update(weights[piece.Tensor], piece.From, piece.To));

    private static void Update(Weight weight, int from, int to)
    {
        var (factors, i) = (weight.Factors, from);
        for (; i <= to - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.Load(weight.Gradient + i), out var low, out var high);
            var first = factors.Step(ToSingle(low), weight.Mean + i, weight.Square + i, weight.Master + i);
            var next = i + Vector<float>.Count;
            var second = factors.Step(ToSingle(high), weight.Mean + next, weight.Square + next, weight.Master + next);
            Vector.Store(Vector.Narrow(ToHalf(first), ToHalf(second)), weight.Half + i);
        }

        for (; i < to; i++)
        {
            factors.Step(BitConverter.UInt32BitsToSingle((uint)weight.Gradient[i] << 16), weight.Mean + i, weight.Square + i, weight.Master + i);
            weight.Half[i] = (ushort)ToHalf(new Vector<float>(weight.Master[i]))[0];
        }
    }

    /// <summary>bf16 as fp32, of which it is the upper half.</summary>
    public static Vector<float> ToSingle(Vector<uint> half) => Vector.AsVectorSingle(Vector.ShiftLeft(half, 16));

    // To the nearest, and of two equally near ones to the even, as libtorch; what is no number stays none.
    private static Vector<uint> ToHalf(Vector<float> numbers)
    {
        var bits = Vector.AsVectorUInt32(numbers);
        var upper = Vector.ShiftRightLogical(bits, 16);
        var rounded = Vector.ShiftRightLogical(bits + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One), 16);
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(numbers, numbers)), rounded, upper | new Vector<uint>(0x40));
    }
}
