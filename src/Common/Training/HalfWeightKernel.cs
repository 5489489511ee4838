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
        // Nobody reads the copy before the next step, and what is written around the caches need not be read first.
        var passesBy = ((nint)weight.Half + (from * sizeof(ushort))) % sizeof(Vector<ushort>) == 0;
        for (; i <= to - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.Load(weight.Gradient + i), out var low, out var high);
            var first = factors.Step(HalfNumbers.ToSingle(low), weight.Mean + i, weight.Square + i, weight.Master + i);
            var next = i + Vector<float>.Count;
            var second = factors.Step(HalfNumbers.ToSingle(high), weight.Mean + next, weight.Square + next, weight.Master + next);
            var half = Vector.Narrow(HalfNumbers.ToHalf(first), HalfNumbers.ToHalf(second));
            if (passesBy)
            {
                Vector.StoreAlignedNonTemporal(half, weight.Half + i);
            }
            else
            {
                Vector.Store(half, weight.Half + i);
            }
        }

        for (; i < to; i++)
        {
            factors.Step(BitConverter.UInt32BitsToSingle((uint)weight.Gradient[i] << 16), weight.Mean + i, weight.Square + i, weight.Master + i);
            weight.Half[i] = (ushort)HalfNumbers.ToHalf(new Vector<float>(weight.Master[i]))[0];
        }

        // So written, it is there for other threads only behind a fence.
        Interlocked.MemoryBarrier();
    }
}
