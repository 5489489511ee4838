using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Runtime;

/// <summary>Sums of rows of fp32 numbers, with AVX-512.</summary>
internal static unsafe class RowSums
{
    private const int Lanes = 16;

    /// <summary>y = x + b, [rows, width]; width is a multiple of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* bias, int rows, int width, float* y)
    {
        for (nint row = 0; row < rows; row++)
        {
            for (var i = 0; i < width; i += Lanes)
            {
                (Vector512.Load(x + (row * width) + i) + Vector512.Load(bias + i)).Store(y + (row * width) + i);
            }
        }
    }

    /// <summary>y = x + z; the count is a multiple of sixteen. y may be one of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* z, long count, float* y)
    {
        for (long i = 0; i < count; i += Lanes)
        {
            (Vector512.Load(x + i) + Vector512.Load(z + i)).Store(y + i);
        }
    }
}
