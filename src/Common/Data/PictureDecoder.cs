using System.Runtime.InteropServices;
using SkiaSharp;

namespace Diptych.Common.Data;

/// <summary>From the bytes of a picture file to pixels. Skia decodes; colour profiles are ignored, as the reference scripts ignore them.</summary>
public static class PictureDecoder
{
    /// <summary>Decodes a PNG, JPEG, WebP, BMP or GIF (first frame) held in memory. <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DiptychException">The bytes are empty, no picture, damaged, or of unusable size; the line names the file and the remedy.</exception>
    public static RgbImage Decode(byte[] content, string name, PhotoOptions options)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(options);
        if (content.Length == 0)
        {
            throw new DiptychException($"{name}: the file is empty; copy the photo again or remove it.");
        }

        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data)
            ?? throw new DiptychException($"{name}: not a picture that can be read ({FileSignature.Describe(content)}); use PNG, JPEG, WebP, BMP or GIF, or remove the file.");
        RequireUsableSize(codec.Info, name);
        var stored = Flatten(ReadPixels(codec, name), codec.Info.Width, codec.Info.Height, options.Alpha);
        return options.ApplyOrientation ? ExifOrientation.Apply(stored, (int)codec.EncodedOrigin) : stored;
    }

    /// <summary>The file's pixels as unpremultiplied RGBA, 4 x width x height bytes.</summary>
    private static byte[] ReadPixels(SKCodec codec, string name)
    {
        // Without a colour space in the target Skia leaves the stored numbers as they are.
        var target = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        var pixels = new byte[target.BytesSize64];
        var pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(target, pin.AddrOfPinnedObject());
            return result switch
            {
                SKCodecResult.Success => pixels,
                SKCodecResult.IncompleteInput => throw new DiptychException($"{name}: the picture is cut short; copy the photo again or remove it."),
                SKCodecResult.ErrorInInput => throw new DiptychException($"{name}: the picture is damaged; copy the photo again or remove it."),
                _ => throw new DiptychException($"{name}: this {codec.EncodedFormat} variant cannot be decoded ({result}); save it again as an RGB PNG or JPEG."),
            };
        }
        finally
        {
            pin.Free();
        }
    }

    private static RgbImage Flatten(byte[] rgba, int width, int height, AlphaHandling alpha)
    {
        var pixels = new byte[3L * width * height];
        var to = 0;
        for (var from = 0; from < rgba.Length; from += 4, to += 3)
        {
            var opacity = alpha == AlphaHandling.Drop ? 255 : rgba[from + 3];
            for (var channel = 0; channel < 3; channel++)
            {
                pixels[to + channel] = (byte)(((rgba[from + channel] * opacity) + (255 * (255 - opacity)) + 127) / 255);
            }
        }

        return new RgbImage(width, height, pixels);
    }

    private static void RequireUsableSize(SKImageInfo info, string name)
    {
        if (Math.Min(info.Width, info.Height) < PhotoOptions.SmallestSide)
        {
            throw new DiptychException($"{name}: {info.Width} x {info.Height} pixels is too small to learn from; use a photo of at least {PhotoOptions.SmallestSide} pixels a side.");
        }

        if ((long)info.Width * info.Height > PhotoOptions.MostPixels)
        {
            throw new DiptychException($"{name}: {info.Width} x {info.Height} pixels is too large to decode; scale it down first.");
        }
    }
}
