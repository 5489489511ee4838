namespace Diptych.Common.Data;

/// <summary>
/// Resizes pictures exactly as Pillow does: separable, antialiased, columns first, rounded to 8 bits after each pass.
/// Training pictures that differ by a level from the reference's would make no trajectory comparable.
/// </summary>
public static class Resampler
{
    /// <summary>The picture at another size; the picture itself where the size is its own.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height, Resampling filter) =>
        Resize(image, width, height, filter, new PixelWindow(0, 0, width, height));

    /// <summary>
    /// What <see cref="Resize(RgbImage, int, int, Resampling)"/> followed by a crop to <paramref name="window"/> gives, bit for bit,
    /// without computing the rest: a panorama whose shorter edge is enlarged would not fit into memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, or the window reaches beyond the resized picture.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height, Resampling filter, PixelWindow window)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        window.RequireInside(width, height);
        if (width == image.Width && height == image.Height)
        {
            return window == new PixelWindow(0, 0, width, height) ? image : image.Crop(window);
        }

        // An axis that keeps its length is copied: the filters' weights at whole distances are 1 and 0.
        var rows = new ResamplingKernel(filter, image.Height, height, window.Top, window.Height);
        var columns = new ResamplingKernel(filter, image.Width, width, window.Left, window.Width);
        var narrowed = Columns(image, columns, window.Width, rows.FirstInput, rows.EndInput);
        return Rows(narrowed, rows, window.Width, window.Height);
    }

    private static byte[] Columns(RgbImage image, ResamplingKernel kernel, int width, int firstRow, int endRow)
    {
        var result = new byte[3L * width * (endRow - firstRow)];
        var to = 0;
        for (var y = firstRow; y < endRow; y++)
        {
            var row = image.Pixels.AsSpan(3 * y * image.Width, 3 * image.Width);
            for (var x = 0; x < width; x++, to += 3)
            {
                Accumulate(row[(3 * kernel.First(x))..], 3, kernel.Weights(x), result.AsSpan(to, 3));
            }
        }

        return result;
    }

    private static RgbImage Rows(byte[] narrowed, ResamplingKernel kernel, int width, int height)
    {
        var result = new byte[3L * width * height];
        var to = 0;
        for (var y = 0; y < height; y++)
        {
            var top = narrowed.AsSpan(3 * width * (kernel.First(y) - kernel.FirstInput));
            for (var x = 0; x < width; x++, to += 3)
            {
                Accumulate(top[(3 * x)..], 3 * width, kernel.Weights(y), result.AsSpan(to, 3));
            }
        }

        return new RgbImage(width, height, result);
    }

    private static void Accumulate(ReadOnlySpan<byte> from, int stride, ReadOnlySpan<int> weights, Span<byte> to)
    {
        const int half = 1 << (ResamplingKernel.Precision - 1);
        var (red, green, blue) = (half, half, half);
        var at = 0;
        foreach (var weight in weights)
        {
            red += from[at] * weight;
            green += from[at + 1] * weight;
            blue += from[at + 2] * weight;
            at += stride;
        }

        to[0] = ToByte(red);
        to[1] = ToByte(green);
        to[2] = ToByte(blue);
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> ResamplingKernel.Precision, 0, 255);
}
