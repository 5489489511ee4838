using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diptych.Common.Runtime;

namespace Diptych.Common.Transformers;

/// <summary>x times the sigmoid of 1.702 x (Hendrycks and Gimpel 2016, section 2), with AVX-512.</summary>
internal static unsafe class QuickGeluKernel
{
    private const int Lanes = 16;
    private const float Slope = 1.702f;

    /// <summary>Of so many numbers, a multiple of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, nint count, float* y)
    {
        for (nint i = 0; i < count; i += Lanes)
        {
            var number = Vector512.Load(x + i);
            (number * Sigmoid(number)).Store(y + i);
        }
    }

    /// <summary>The gradient, in place.</summary>
    /// <param name="x">What came in.</param>
    /// <param name="count">How many, a multiple of sixteen.</param>
    /// <param name="gradient">That of the result, then that of what came in.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* x, nint count, float* gradient)
    {
        for (nint i = 0; i < count; i += Lanes)
        {
            var number = Vector512.Load(x + i);
            var sigmoid = Sigmoid(number);
            // s + 1.702 x s (1 - s).
            var slope = Vector512.FusedMultiplyAdd(number * Vector512.Create(Slope) * sigmoid, Vector512<float>.One - sigmoid, sigmoid);
            (Vector512.Load(gradient + i) * slope).Store(gradient + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> x) =>
        Vector512<float>.One / (Vector512<float>.One + Exponential.Of(x * Vector512.Create(-Slope)));
}
