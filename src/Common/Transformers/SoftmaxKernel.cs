using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>softmax(scale * scores) of rows in place, with AVX-512. Rows take whole registers; what lies in the last one's places behind the row is ignored, and zero afterwards.</summary>
/// <param name="width">Numbers of a row.</param>
/// <param name="scale">Factor of the scores.</param>
internal readonly unsafe struct SoftmaxKernel(int width, float scale)
{
    private const int Lanes = 16;

    // Beside the highest, e^0, a share below 1e-26 leaves no trace in a sum; times a gradient it leaves the normal numbers, and the processor takes a hundred times as long for the others.
    private const float LeastExponent = -60;

    /// <summary>From a row to the next: <paramref name="width"/> in whole registers.</summary>
    public static int Row(int width) => (width + Lanes - 1) / Lanes * Lanes;

    private int Last => Row(width) - Lanes;

    private Vector512<float> Inside => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(width - Last)).AsSingle();

    /// <summary>Scores to shares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(float* scores, int rows)
    {
        var (last, inside) = (Last, Inside);
        for (var row = 0; row < rows; row++)
        {
            var highest = Vector512.ConditionalSelect(inside, Vector512.Load(scores + last), Vector512.Create(float.NegativeInfinity));
            for (var i = 0; i < last; i += Lanes)
            {
                highest = Vector512.Max(highest, Vector512.Load(scores + i));
            }

            var (factor, shift) = (Vector512.Create(scale), Vector512.Create(-scale * Highest(highest)));
            var end = Vector512.ConditionalSelect(inside, Share(Vector512.FusedMultiplyAdd(Vector512.Load(scores + last), factor, shift)), Vector512<float>.Zero);
            var sum = end;
            for (var i = 0; i < last; i += Lanes)
            {
                var share = Share(Vector512.FusedMultiplyAdd(Vector512.Load(scores + i), factor, shift));
                sum += share;
                share.Store(scores + i);
            }

            var whole = Vector512.Create(1 / Vector512.Sum(sum));
            (end * whole).Store(scores + last);
            for (var i = 0; i < last; i += Lanes)
            {
                (Vector512.Load(scores + i) * whole).Store(scores + i);
            }

            scores += last + Lanes;
        }
    }

    /// <summary>The shares' gradients, in place, to the scores'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(float* shares, float* gradients, int rows)
    {
        var (last, inside, factor) = (Last, Inside, Vector512.Create(scale));
        for (var row = 0; row < rows; row++)
        {
            var end = Vector512.ConditionalSelect(inside, Vector512.Load(gradients + last), Vector512<float>.Zero);
            var sum = end * Vector512.Load(shares + last);
            for (var i = 0; i < last; i += Lanes)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Load(gradients + i), Vector512.Load(shares + i), sum);
            }

            var mean = Vector512.Create(Vector512.Sum(sum));
            ((end - mean) * Vector512.Load(shares + last) * factor).Store(gradients + last);
            for (var i = 0; i < last; i += Lanes)
            {
                ((Vector512.Load(gradients + i) - mean) * Vector512.Load(shares + i) * factor).Store(gradients + i);
            }

            shares += last + Lanes;
            gradients += last + Lanes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Share(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(LeastExponent)), Vector512<float>.Zero, Exponential.Of(x));

    private static float Highest(Vector512<float> numbers)
    {
        var half = Vector256.Max(numbers.GetLower(), numbers.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }
}
