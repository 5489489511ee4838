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
        var (height, width) = (pictures.size(2) / 2, pictures.size(3) / 2);
        var planes = empty([pictures.size(0), pictures.size(1), Count, height, width], dtype: ScalarType.Float32);
        float* from = TensorData.Floats(pictures), to = TensorData.Floats(planes);
        for (long channel = 0; channel < pictures.size(0) * pictures.size(1); channel++)
        {
            for (nint row = 0; row < 2 * height; row++)
            {
                var even = to + ((((row & 1) * 2 * height) + (row / 2)) * (nint)width);
                var odd = even + (nint)(height * width);
                for (nint i = 0; i < width; i++)
                {
                    even[i] = from[2 * i];
                    odd[i] = from[(2 * i) + 1];
                }

                from += 2 * width;
            }

            to += Count * height * width;
        }

        return planes;
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

    /// <summary>Puts them together again.</summary>
    public static Tensor Join(Tensor planes)
    {
        var (height, width) = (planes.size(3), planes.size(4));
        var pictures = empty([planes.size(0), planes.size(1), 2 * height, 2 * width], dtype: ScalarType.Float32);
        float* from = TensorData.Floats(planes), to = TensorData.Floats(pictures);
        for (long channel = 0; channel < planes.size(0) * planes.size(1); channel++)
        {
            for (nint row = 0; row < 2 * height; row++)
            {
                var even = from + ((((row & 1) * 2 * height) + (row / 2)) * (nint)width);
                var odd = even + (nint)(height * width);
                for (nint i = 0; i < width; i++)
                {
                    to[2 * i] = even[i];
                    to[(2 * i) + 1] = odd[i];
                }

                to += 2 * width;
            }

            from += Count * height * width;
        }

        return pictures;
    }
}
