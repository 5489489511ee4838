using System.Numerics;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>The sum of the squares of many gradients on the CPU, each number read once.</summary>
internal static unsafe class SquareSum
{
    /// <summary>Of all numbers of fp32 and bf16 tensors that lie without gaps, in whatever order.</summary>
    public static double Of(IReadOnlyList<Tensor> gradients)
    {
        var addresses = gradients.Select(TensorData.Address).ToArray();
        var areHalf = gradients.Select(gradient => gradient.dtype == ScalarType.BFloat16).ToArray();
        var pieces = NumberPieces.Of(gradients.Select(gradient => checked((int)gradient.numel())));
        var sums = new double[pieces.Count];
        NumberPieces.Over(pieces, (piece, i) => sums[i] = areHalf[piece.Tensor]
            ? Of((ushort*)addresses[piece.Tensor] + piece.From, piece.To - piece.From)
            : Of((float*)addresses[piece.Tensor] + piece.From, piece.To - piece.From));
        // In the order of the pieces, whoever counted them: the same gradients have the same norm.
        return sums.Sum();
    }

    /// <summary>Of one fp32 tensor's, by the calling thread alone: the same sum as among others'.</summary>
    public static double Of(Tensor gradient)
    {
        var (numbers, count, sum) = ((nint)TensorData.Floats(gradient), gradient.numel(), 0.0);
        for (long from = 0; from < count; from += NumberPieces.Most)
        {
            sum += Of((float*)numbers + from, (int)Math.Min(count - from, NumberPieces.Most));
        }

        return sum;
    }

    private static double Of(float* numbers, int count)
    {
        // Two sums: an addition waits for the one before it.
        var (first, second, i) = (Vector<float>.Zero, Vector<float>.Zero, 0);
        for (; i <= count - (2 * Vector<float>.Count); i += 2 * Vector<float>.Count)
        {
            var (one, other) = (Vector.Load(numbers + i), Vector.Load(numbers + i + Vector<float>.Count));
            first += one * one;
            second += other * other;
        }

        double rest = Vector.Sum(first + second);
        for (; i < count; i++)
        {
            rest += numbers[i] * numbers[i];
        }

        return rest;
    }

    private static double Of(ushort* numbers, int count)
    {
        var (sum, i) = (Vector<float>.Zero, 0);
        for (; i <= count - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.Load(numbers + i), out var low, out var high);
            var (first, second) = (HalfNumbers.ToSingle(low), HalfNumbers.ToSingle(high));
            sum += (first * first) + (second * second);
        }

        double rest = Vector.Sum(sum);
        for (; i < count; i++)
        {
            var number = BitConverter.UInt32BitsToSingle((uint)numbers[i] << 16);
            rest += number * number;
        }

        return rest;
    }
}
