using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Diptych.Common.Runtime;

/// <summary>Sums over the pixels of pictures [n, channels, h, w] and back, on contiguous fp32 tensors, with AVX-512; h * w is a multiple of sixteen.</summary>
internal static unsafe class ChannelSums
{
    private const int Lanes = 16;

    /// <summary>Adds a number to all pixels of a channel, in place.</summary>
    /// <param name="pictures">[n, channels, h, w].</param>
    /// <param name="numbers">[n, channels].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(Tensor pictures, Tensor numbers)
    {
        var (channels, pixels) = (numbers.numel(), pictures.size(2) * pictures.size(3));
        float* pixel = TensorData.Floats(pictures), number = TensorData.Floats(numbers);
        for (long channel = 0; channel < channels; channel++)
        {
            var added = Vector512.Create(number[channel]);
            for (long i = 0; i < pixels; i += Lanes)
            {
                (Vector512.Load(pixel) + added).Store(pixel);
                pixel += Lanes;
            }
        }
    }

    /// <summary>The sum of each channel of each picture, [n, channels].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Tensor OfEach(Tensor pictures)
    {
        var (n, channels) = (pictures.size(0), pictures.size(1));
        var result = empty([n, channels], dtype: ScalarType.Float32);
        var (pixels, of) = (pictures.size(2) * pictures.size(3), n * channels);
        float* pixel = TensorData.Floats(pictures), sums = TensorData.Floats(result);
        for (long channel = 0; channel < of; channel++)
        {
            var sum = Vector512<float>.Zero;
            for (long i = 0; i < pixels; i += Lanes)
            {
                sum += Vector512.Load(pixel);
                pixel += Lanes;
            }

            sums[channel] = Vector512.Sum(sum);
        }

        return result;
    }

    /// <summary>The sum of each channel over all pictures, [channels].</summary>
    public static Tensor OfAll(Tensor pictures)
    {
        using var each = OfEach(pictures);
        var (n, channels) = (each.size(0), each.size(1));
        var result = zeros([channels], dtype: ScalarType.Float32);
        float* sum = TensorData.Floats(result), one = TensorData.Floats(each);
        for (long picture = 0; picture < n; picture++)
        {
            for (long channel = 0; channel < channels; channel++)
            {
                sum[channel] += *one++;
            }
        }

        return result;
    }
}
