namespace Diptych.Common.Data;

/// <summary>
/// A decoded picture: 8-bit red, green, blue, row by row from the top left, without padding or alpha.
/// Its pixels are not to be changed once it is made; every operation returns a new picture.
/// </summary>
public sealed class RgbImage
{
    /// <summary>Wraps <paramref name="pixels"/> (3 x width x height bytes), which the picture then owns.</summary>
    /// <exception cref="ArgumentException">The sides are not positive or the array has another length.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (width < 1 || height < 1 || pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException($"A {width} x {height} RGB picture does not have {pixels.LongLength} bytes.", nameof(pixels));
        }

        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue of each pixel, 3 x Width x Height bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>The shorter side in pixels.</summary>
    public int ShorterSide => Math.Min(Width, Height);

    /// <summary>A picture of one colour.</summary>
    public static RgbImage Filled(int width, int height, byte red, byte green, byte blue)
    {
        var pixels = new byte[3L * width * height];
        for (long at = 0; at < pixels.LongLength; at += 3)
        {
            (pixels[at], pixels[at + 1], pixels[at + 2]) = (red, green, blue);
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>The part of the picture inside <paramref name="window"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window reaches beyond the picture.</exception>
    public RgbImage Crop(PixelWindow window)
    {
        window.RequireInside(Width, Height);
        var pixels = new byte[3L * window.Width * window.Height];
        for (var y = 0; y < window.Height; y++)
        {
            Pixels.AsSpan(3 * (((window.Top + y) * Width) + window.Left), 3 * window.Width).CopyTo(pixels.AsSpan(3 * y * window.Width));
        }

        return new RgbImage(window.Width, window.Height, pixels);
    }

    /// <summary>The picture as in a mirror: left and right exchanged.</summary>
    public RgbImage FlipHorizontally() => Rearrange(Width, Height, (x, y) => (Width - 1 - x, y));

    /// <summary>A picture of the given sides whose pixel (x, y) is this picture's pixel <paramref name="source"/>(x, y).</summary>
    internal RgbImage Rearrange(int width, int height, Func<int, int, (int X, int Y)> source)
    {
        var pixels = new byte[3L * width * height];
        var to = 0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, to += 3)
            {
                var (fromX, fromY) = source(x, y);
                var from = 3 * ((fromY * Width) + fromX);
                (pixels[to], pixels[to + 1], pixels[to + 2]) = (Pixels[from], Pixels[from + 1], Pixels[from + 2]);
            }
        }

        return new RgbImage(width, height, pixels);
    }
}
