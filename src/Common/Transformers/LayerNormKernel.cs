using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Transformers;

/// <summary>Layer normalisation (Ba et al. 2016) of rows of fp32 numbers, with AVX-512.</summary>
/// <param name="width">Numbers of a row; a multiple of sixteen.</param>
internal readonly unsafe struct LayerNormKernel(int width)
{
    /// <summary>PyTorch's default, added to the variance.</summary>
    public const float Epsilon = 1e-5f;

    private const int Lanes = 16;

    /// <summary>Normalises rows.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="rows">How many.</param>
    /// <param name="weight">Factors, [width].</param>
    /// <param name="bias">What is added, [width].</param>
    /// <param name="y">Where the result goes.</param>
    /// <param name="statistics">Where each row's mean and reciprocal deviation go, [rows, 2].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(float* x, int rows, float* weight, float* bias, float* y, float* statistics)
    {
        for (var row = 0; row < rows; row++)
        {
            var (sum, squares) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (var i = 0; i < width; i += Lanes)
            {
                sum += Vector512.Load(x + i);
            }

            var mean = Vector512.Sum(sum) / width;
            var centre = Vector512.Create(mean);
            for (var i = 0; i < width; i += Lanes)
            {
                var d = Vector512.Load(x + i) - centre;
                squares = Vector512.FusedMultiplyAdd(d, d, squares);
            }

            var rstd = 1 / MathF.Sqrt((Vector512.Sum(squares) / width) + Epsilon);
            var (spread, shift) = (Vector512.Create(rstd), Vector512.Create(-mean * rstd));
            for (var i = 0; i < width; i += Lanes)
            {
                var normalised = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), spread, shift);
                Vector512.FusedMultiplyAdd(normalised, Vector512.Load(weight + i), Vector512.Load(bias + i)).Store(y + i);
            }

            (statistics[0], statistics[1]) = (mean, rstd);
            x += width;
            y += width;
            statistics += 2;
        }
    }

    /// <summary>The gradients of rows, added to what came another way.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="rows">How many.</param>
    /// <param name="weight">Factors.</param>
    /// <param name="statistics">From <see cref="Forward"/>.</param>
    /// <param name="gradient">The results' gradients.</param>
    /// <param name="others">The rows' gradients that came another way.</param>
    /// <param name="dx">Where the sums go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(float* x, int rows, float* weight, float* statistics, float* gradient, float* others, float* dx)
    {
        for (var row = 0; row < rows; row++)
        {
            var (mean, rstd) = (statistics[0], statistics[1]);
            var (spread, shift) = (Vector512.Create(rstd), Vector512.Create(-mean * rstd));
            var (sum, products) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (var i = 0; i < width; i += Lanes)
            {
                var own = Vector512.Load(gradient + i) * Vector512.Load(weight + i);
                sum += own;
                products = Vector512.FusedMultiplyAdd(own, Vector512.FusedMultiplyAdd(Vector512.Load(x + i), spread, shift), products);
            }

            // dx = rstd (w dy - mean(w dy) - xhat mean(w dy xhat)).
            var (centre, slope) = (Vector512.Create(Vector512.Sum(sum) / width), Vector512.Create(Vector512.Sum(products) / width));
            for (var i = 0; i < width; i += Lanes)
            {
                var normalised = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), spread, shift);
                var own = (Vector512.Load(gradient + i) * Vector512.Load(weight + i)) - centre - (normalised * slope);
                Vector512.FusedMultiplyAdd(own, spread, Vector512.Load(others + i)).Store(dx + i);
            }

            x += width;
            statistics += 2;
            gradient += width;
            others += width;
            dx += width;
        }
    }

    /// <summary>The gradients of factors and of what is added, over all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ParameterGradients(float* x, int rows, float* statistics, float* gradient, float* weight, float* bias)
    {
        for (var i = 0; i < width; i += Lanes)
        {
            var (ofWeight, ofBias) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (nint row = 0; row < rows; row++)
            {
                var dy = Vector512.Load(gradient + (row * width) + i);
                var (mean, rstd) = (statistics[2 * row], statistics[(2 * row) + 1]);
                ofBias += dy;
                ofWeight = Vector512.FusedMultiplyAdd(dy, Vector512.FusedMultiplyAdd(Vector512.Load(x + (row * width) + i), Vector512.Create(rstd), Vector512.Create(-mean * rstd)), ofWeight);
            }

            ofWeight.Store(weight + i);
            ofBias.Store(bias + i);
        }
    }
}
