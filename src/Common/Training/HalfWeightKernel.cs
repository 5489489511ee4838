using System.Numerics;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>AdamW's step with bf16 gradients on the CPU. It is bound by memory, so each number is touched once.</summary>
internal static unsafe class HalfWeightKernel
{
    /// <summary>AdamW's constants for one tensor in one step (Loshchilov and Hutter 2019, algorithm 2).</summary>
    public readonly struct Factors
    {
        public Factors(AdamWOptions options, double learningRate, double gradientDivisor, int step)
        {
            Keep = (float)(1 - (learningRate * options.WeightDecay));
            (Beta1, Beta2, Epsilon) = ((float)options.Beta1, (float)options.Beta2, (float)options.Epsilon);
            GradientShare = (float)(1 / gradientDivisor);
            StepSize = (float)(learningRate / (1 - Math.Pow(options.Beta1, step)));
            RootOfCorrection = (float)Math.Sqrt(1 - Math.Pow(options.Beta2, step));
        }

        public float Keep { get; }

        public float Beta1 { get; }

        public float Beta2 { get; }

        public float Epsilon { get; }

        public float GradientShare { get; }

        public float StepSize { get; }

        public float RootOfCorrection { get; }
    }

    /// <summary>One weight: contiguous CPU tensors of equally many numbers, the first three fp32, the others bf16.</summary>
    public readonly struct Weight(Tensor master, Tensor mean, Tensor square, Tensor gradient, Tensor half, Factors factors)
    {
        public float* Master { get; } = (float*)TensorData.Address(master);

        public float* Mean { get; } = (float*)TensorData.Address(mean);

        public float* Square { get; } = (float*)TensorData.Address(square);

        public ushort* Gradient { get; } = (ushort*)TensorData.Address(gradient);

        public ushort* Half { get; } = (ushort*)TensorData.Address(half);

        public int Count { get; } = checked((int)master.numel());

        public Factors Factors { get; } = factors;
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
            var first = Step(weight, i, ToSingle(low), factors);
            var second = Step(weight, i + Vector<float>.Count, ToSingle(high), factors);
            Vector.Store(Vector.Narrow(ToHalf(first), ToHalf(second)), weight.Half + i);
        }

        for (; i < to; i++)
        {
            var gradient = BitConverter.UInt32BitsToSingle((uint)weight.Gradient[i] << 16) * factors.GradientShare;
            var mean = weight.Mean[i] = (factors.Beta1 * weight.Mean[i]) + ((1 - factors.Beta1) * gradient);
            var square = weight.Square[i] = (factors.Beta2 * weight.Square[i]) + ((1 - factors.Beta2) * gradient * gradient);
            weight.Master[i] = (weight.Master[i] * factors.Keep) - (factors.StepSize * mean / ((MathF.Sqrt(square) / factors.RootOfCorrection) + factors.Epsilon));
            weight.Half[i] = (ushort)ToHalf(new Vector<float>(weight.Master[i]))[0];
        }
    }

    private static Vector<float> Step(Weight weight, int at, Vector<float> gradient, Factors factors)
    {
        gradient *= factors.GradientShare;
        var mean = (factors.Beta1 * Vector.Load(weight.Mean + at)) + ((1 - factors.Beta1) * gradient);
        var square = (factors.Beta2 * Vector.Load(weight.Square + at)) + ((1 - factors.Beta2) * gradient * gradient);
        var master = (Vector.Load(weight.Master + at) * factors.Keep)
            - (factors.StepSize * mean / ((Vector.SquareRoot(square) / new Vector<float>(factors.RootOfCorrection)) + new Vector<float>(factors.Epsilon)));
        Vector.Store(mean, weight.Mean + at);
        Vector.Store(square, weight.Square + at);
        Vector.Store(master, weight.Master + at);
        return master;
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
