using System.Numerics;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// bf16 pictures [n, c, h, w] on the CPU as rows, one for each pixel: the c numbers of each place that a kernel of k x k pixels reaches from there, [n h w, k k c]. Places beyond the edge are zeros.
/// (Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.)
/// </summary>
internal static unsafe class PictureRows
{
    /// <summary>Unfolds contiguous pictures.</summary>
    /// <param name="pictures">[n, c, h, w], c even.</param>
    /// <param name="side">k; odd.</param>
    public static Tensor Of(Tensor pictures, int side)
    {
        using var scope = NewDisposeScope();
        var (samples, channels, height, width) = (pictures.size(0), pictures.size(1), pictures.size(2), pictures.size(3));
        var innermost = pictures.permute(0, 2, 3, 1);
        if (side == 1)
        {
            return innermost.reshape(samples * height * width, channels).MoveToOuterDisposeScope();
        }

        var edge = side / 2;
        var framed = nn.functional.pad(innermost.contiguous(), [0, 0, edge, edge, edge, edge]);
        var row = (width + (2 * edge)) * channels;
        var rows = framed.as_strided([samples, height, width, side, side * channels], [(height + (2 * edge)) * row, row, channels, row, 1]);
        return rows.reshape(samples * height * width, side * side * channels).MoveToOuterDisposeScope();
    }

    /// <summary>Folds rows back: of each pixel, the sum of what all rows say about it, contiguous [n, c, h, w]. It is the gradient of <see cref="Of"/>; summed in fp32 and rounded once.</summary>
    /// <param name="rows">[n h w, k k c], contiguous; c must be a multiple of a vector's bf16 numbers.</param>
    /// <param name="shape">n, c, h, w.</param>
    /// <param name="side">k; odd.</param>
    public static Tensor Sum(Tensor rows, ReadOnlySpan<long> shape, int side)
    {
        using var scope = NewDisposeScope();
        var (samples, channels, height, width) = (shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        var pixels = rows;
        if (side > 1)
        {
            pixels = empty([samples * height * width, channels], dtype: ScalarType.BFloat16);
            var fold = new Fold((ushort*)TensorData.Address(rows), (ushort*)TensorData.Address(pixels), channels, height, width, side);
            SharedWork.Over((int)(samples * height * width), rows.numel(), fold.Run);
        }

        return pixels.view(samples, height, width, channels).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    private sealed class Fold(ushort* rows, ushort* pixels, int channels, int height, int width, int side)
    {
        public void Run(int from, int to)
        {
            // Of at most side * side places, where their numbers begin.
            var places = stackalloc nint[side * side];
            for (var pixel = from; pixel < to; pixel++)
            {
                var count = Places(pixel, places);
                var sum = pixels + ((nint)pixel * channels);
                for (var channel = 0; channel < channels; channel += Vector<ushort>.Count)
                {
                    var (low, high) = (Vector<float>.Zero, Vector<float>.Zero);
                    for (var i = 0; i < count; i++)
                    {
                        Vector.Widen(Vector.Load(rows + places[i] + channel), out var first, out var second);
                        low += HalfNumbers.ToSingle(first);
                        high += HalfNumbers.ToSingle(second);
                    }

                    Vector.Store(Vector.Narrow(HalfNumbers.ToHalf(low), HalfNumbers.ToHalf(high)), sum + channel);
                }
            }
        }

        // A pixel lies at the kernel's place (dy, dx) of the row whose own pixel lies that much before it.
        private int Places(int pixel, nint* places)
        {
            var (x, y, count) = (pixel % width, pixel / width % height, 0);
            for (var dy = 0; dy < side; dy++)
            {
                for (var dx = 0; dx < side; dx++)
                {
                    var (ofY, ofX) = (y + (side / 2) - dy, x + (side / 2) - dx);
                    if (ofY >= 0 && ofY < height && ofX >= 0 && ofX < width)
                    {
                        var row = pixel + ((ofY - y) * width) + ofX - x;
                        places[count++] = (((nint)row * side * side) + (dy * side) + dx) * channels;
                    }
                }
            }

            return count;
        }
    }
}
