using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>The first half of a row times the exact GELU of the second (GEGLU, Shazeer 2020), with AVX-512.</summary>
/// <param name="width">Numbers of half a row; a multiple of sixteen.</param>
internal readonly unsafe struct GatedGeluKernel(int width)
{
    private const int Lanes = 16;

    /// <summary>[rows, 2 * width] to [rows, width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(float* h, int rows, float* y)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < width; i += Lanes)
            {
                var gate = Vector512.Load(h + width + i);
                (Vector512.Load(h + i) * gate * Cumulative(gate, Bell(gate))).Store(y + i);
            }

            h += 2 * width;
            y += width;
        }
    }

    /// <summary>The gradient of both halves, [rows, 2 * width], from that of the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(float* h, int rows, float* gradient, float* dh)
    {
        // 1 / sqrt(2 pi).
        var peak = Vector512.Create(0.3989422804f);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < width; i += Lanes)
            {
                var (value, gate, dy) = (Vector512.Load(h + i), Vector512.Load(h + width + i), Vector512.Load(gradient + i));
                var bell = Bell(gate);
                var cumulative = Cumulative(gate, bell);
                (dy * gate * cumulative).Store(dh + i);
                (dy * value * Vector512.FusedMultiplyAdd(gate * peak, bell, cumulative)).Store(dh + width + i);
            }

            h += 2 * width;
            gradient += width;
            dh += 2 * width;
        }
    }

    // exp(-z^2 / 2).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Bell(Vector512<float> z) => Exponential.Of(z * z * Vector512.Create(-0.5f));

    // The normal distribution's, through erf(z / sqrt(2)) by Abramowitz and Stegun's 7.1.26, as libtorch has it: wrong by less than 1e-7.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Cumulative(Vector512<float> z, Vector512<float> bell)
    {
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(Vector512.Abs(z), Vector512.Create(0.3275911f * 0.70710678f), Vector512<float>.One);
        var sum = Vector512.FusedMultiplyAdd(Vector512.Create(1.061405429f), t, Vector512.Create(-1.453152027f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(1.421413741f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(-0.284496736f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(0.254829592f));
        var tail = sum * t * bell * Vector512.Create(0.5f);
        return Vector512.ConditionalSelect(Vector512.LessThan(z, Vector512<float>.Zero), tail, Vector512<float>.One - tail);
    }
}
