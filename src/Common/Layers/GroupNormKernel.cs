using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diptych.Common.Runtime;

namespace Diptych.Common.Layers;

/// <summary>Group normalisation and the SiLU behind it on the CPU, of one group at a time, which lies together in a channels-first picture and stays in the nearest cache for all passes over it.</summary>
/// <param name="channels">Channels of a group.</param>
/// <param name="pixels">Pixels of a picture; a multiple of sixteen.</param>
/// <param name="silu">Whether x * sigmoid(x) follows.</param>
internal readonly unsafe struct GroupNormKernel(int channels, int pixels, bool silu)
{
    private const int Lanes = 16;

    private int Count => channels * pixels;

    /// <summary>Normalises one group.</summary>
    /// <param name="x">Its numbers.</param>
    /// <param name="weight">Its channels' factors.</param>
    /// <param name="bias">What is added to each.</param>
    /// <param name="y">Where the results go.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="mean">Where the mean goes.</param>
    /// <param name="rstd">Where the reciprocal deviation goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(float* x, float* weight, float* bias, float* y, float epsilon, out float mean, out float rstd)
    {
        var (sum, squares) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < Count; i += Lanes)
        {
            sum += Vector512.Load(x + i);
        }

        mean = Vector512.Sum(sum) / Count;
        var centre = Vector512.Create(mean);
        for (var i = 0; i < Count; i += Lanes)
        {
            var d = Vector512.Load(x + i) - centre;
            squares = Vector512.FusedMultiplyAdd(d, d, squares);
        }

        rstd = 1 / MathF.Sqrt((Vector512.Sum(squares) / Count) + epsilon);
        for (var channel = 0; channel < channels; channel++)
        {
            var scale = rstd * weight[channel];
            var (factor, shift) = (Vector512.Create(scale), Vector512.Create(bias[channel] - (mean * scale)));
            for (var i = channel * pixels; i < (channel + 1) * pixels; i += Lanes)
            {
                var z = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), factor, shift);
                (silu ? z * Sigmoid(z) : z).Store(y + i);
            }
        }
    }

    /// <summary>The gradients of one group.</summary>
    /// <param name="x">Its numbers.</param>
    /// <param name="gradient">The results' gradients.</param>
    /// <param name="weight">Its channels' factors.</param>
    /// <param name="bias">What is added to each.</param>
    /// <param name="mean">From <see cref="Forward"/>.</param>
    /// <param name="rstd">From there too.</param>
    /// <param name="dx">Where the numbers' gradients go.</param>
    /// <param name="ofChannels">Where for each channel the gradients of its factor and of what is added go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(float* x, float* gradient, float* weight, float* bias, float mean, float rstd, float* dx, float* ofChannels)
    {
        var (spread, shift) = (Vector512.Create(rstd), Vector512.Create(-mean * rstd));
        float sum = 0, sumOfProducts = 0;
        for (var channel = 0; channel < channels; channel++)
        {
            var (factor, added) = (Vector512.Create(weight[channel]), Vector512.Create(bias[channel]));
            var (ofBias, ofWeight) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (var i = channel * pixels; i < (channel + 1) * pixels; i += Lanes)
            {
                var normalised = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), spread, shift);
                var dz = Vector512.Load(gradient + i);
                if (silu)
                {
                    // d (z s) / dz = s (1 + z (1 - s)).
                    var z = Vector512.FusedMultiplyAdd(normalised, factor, added);
                    var s = Sigmoid(z);
                    dz *= Vector512.FusedMultiplyAdd(z * s, Vector512<float>.One - s, s);
                }

                ofBias += dz;
                ofWeight = Vector512.FusedMultiplyAdd(dz, normalised, ofWeight);
                dz.Store(dx + i);
            }

            (ofChannels[2 * channel], ofChannels[(2 * channel) + 1]) = (Vector512.Sum(ofWeight), Vector512.Sum(ofBias));
            sum += weight[channel] * ofChannels[(2 * channel) + 1];
            sumOfProducts += weight[channel] * ofChannels[2 * channel];
        }

        // dx = rstd (w dz - mean(w dz) - xhat mean(w dz xhat)), in terms of x.
        var slope = Vector512.Create(-rstd * rstd * sumOfProducts / Count);
        var constant = Vector512.Create(rstd * ((mean * rstd * sumOfProducts) - sum) / Count);
        for (var channel = 0; channel < channels; channel++)
        {
            var factor = Vector512.Create(rstd * weight[channel]);
            for (var i = channel * pixels; i < (channel + 1) * pixels; i += Lanes)
            {
                var own = Vector512.FusedMultiplyAdd(Vector512.Load(dx + i), factor, constant);
                Vector512.FusedMultiplyAdd(Vector512.Load(x + i), slope, own).Store(dx + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> z) => Vector512<float>.One / (Vector512<float>.One + Exponential.Of(-z));
}
