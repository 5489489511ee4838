using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>
/// Pictures whose even and odd rows and columns lie in planes of their own: [n, channels, h, w] as [n, channels, 4, h / 2, w / 2]. A convolution of stride 2 sees sixteen neighbours of each plane at
/// once, as others do of the picture.
/// </summary>
internal static unsafe class PicturePlanes
{
    /// <summary>Planes of a channel.</summary>
    public const int Count = 4;

    /// <summary>The plane of rows and columns that leave these remainders by two.</summary>
    public static int Of(int row, int column) => (2 * row) + column;

    /// <summary>Takes pictures of even sides apart.</summary>
    public static Tensor Split(Tensor pictures)
    {
        var planes = empty([pictures.size(0), pictures.size(1), Count, pictures.size(2) / 2, pictures.size(3) / 2], dtype: ScalarType.Float32);
        ForEachRow(pictures, planes, static (row, even, odd, width) =>
        {
            for (nint i = 0; i < width; i++)
            {
                even[i] = row[2 * i];
                odd[i] = row[(2 * i) + 1];
            }
        });
        return planes;
    }

    /// <summary>Puts them together again.</summary>
    public static Tensor Join(Tensor planes)
    {
        var pictures = empty([planes.size(0), planes.size(1), 2 * planes.size(3), 2 * planes.size(4)], dtype: ScalarType.Float32);
        ForEachRow(pictures, planes, static (row, even, odd, width) =>
        {
            for (nint i = 0; i < width; i++)
            {
                row[2 * i] = even[i];
                row[(2 * i) + 1] = odd[i];
            }
        });
        return pictures;
    }

    /// <summary>The sum of the planes, [n, channels, h / 2, w / 2], of pictures of even sides.</summary>
    public static Tensor Sum(Tensor pictures)
    {
        var (height, width) = (pictures.size(2) / 2, pictures.size(3) / 2);
        var result = empty([pictures.size(0), pictures.size(1), height, width], dtype: ScalarType.Float32);
        var (rows, below) = (result.numel() / width, 2 * (nint)width);
        float* from = TensorData.Floats(pictures), to = TensorData.Floats(result);
        for (long row = 0; row < rows; row++)
        {
            for (nint i = 0; i < width; i++)
            {
                *to++ = from[2 * i] + from[(2 * i) + 1] + from[below + (2 * i)] + from[below + (2 * i) + 1];
            }

            from += 2 * below;
        }

        return result;
    }

    private static void ForEachRow(Tensor pictures, Tensor planes, RowWork work)
    {
        var (height, width) = ((nint)planes.size(3), (nint)planes.size(4));
        float* row = TensorData.Floats(pictures), channel = TensorData.Floats(planes), end = row + (nint)pictures.numel();
        for (; row < end; channel += Count * height * width)
        {
            for (nint y = 0; y < 2 * height; y++, row += 2 * width)
            {
                var even = channel + (((2 * (y & 1) * height) + (y / 2)) * width);
                work(row, even, even + (height * width), width);
            }
        }
    }

    // Told a row of a picture and where its even and odd columns lie.
    private delegate void RowWork(float* row, float* even, float* odd, nint width);
}
