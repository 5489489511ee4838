using Diptych.Common.Data;

namespace Diptych.Common.Pipelines;

/// <summary>How a picture is made ready to be drawn over: scaled to cover the wanted size (Lanczos), its middle cut out.</summary>
public static class InitialPicture
{
    /// <summary>
    /// The size to draw in: what is given, and for what is not the picture's proportions. Where neither side is given, the shorter one is
    /// the model's own; every side that is not given is a whole number of latent pixels.
    /// </summary>
    /// <param name="picture">The picture.</param>
    /// <param name="modelSize">Pixels a side of the model's own pictures.</param>
    /// <param name="factor">Pixels of a latent pixel.</param>
    /// <param name="height">Height, where it is given.</param>
    /// <param name="width">Width, where it is given.</param>
    public static (int Height, int Width) SizeFor(RgbImage picture, int modelSize, int factor, int? height = null, int? width = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var (tall, wide) = ((double)picture.Height, (double)picture.Width);
        return (height, width) switch
        {
            ({ } h, { } w) => (h, w),
            ({ } h, null) => (h, Whole(h * wide / tall)),
            (null, { } w) => (Whole(w * tall / wide), w),
            _ when tall >= wide => (Whole(modelSize * tall / wide), modelSize),
            _ => (modelSize, Whole(modelSize * wide / tall)),
        };

        int Whole(double side) => Math.Max(1, (int)(side / factor)) * factor;
    }

    /// <summary>The picture in the given size. A square comes out as <see cref="ImageTransform"/>'s default makes it.</summary>
    public static RgbImage Fit(RgbImage picture, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var narrower = (long)picture.Width * height <= (long)picture.Height * width;
        var (wide, tall) = narrower
            ? (width, (int)((long)width * picture.Height / picture.Width))
            : ((int)((long)height * picture.Width / picture.Height), height);
        var window = new PixelWindow(Middle(wide, width), Middle(tall, height), width, height);
        return Resampler.Resize(picture, wide, tall, Resampling.Lanczos, window);
    }

    private static int Middle(int length, int part) => (int)Math.Round((length - part) / 2.0, MidpointRounding.ToEven);
}
