using System.Runtime.InteropServices;
using Diptych.Common.Weights;
using SkiaSharp;

namespace Diptych.Common.Data;

/// <summary>Writes pictures whole or not at all. Equal pixels give equal bytes: no dates, profiles or program names go into a file.</summary>
public static class PictureFile
{
    /// <summary>Writes an RGB PNG.</summary>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static void WritePng(string path, RgbImage image) => AtomicFile.WriteBytes(path, EncodePng(image));

    /// <summary>Writes a JPEG; for thumbnails, never for what is trained on or measured.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="image">The picture.</param>
    /// <param name="quality">1 (smallest) to 100. Default 85.</param>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static void WriteJpeg(string path, RgbImage image, int quality = 85) => AtomicFile.WriteBytes(path, EncodeJpeg(image, quality));

    /// <summary>The bytes of an RGB PNG.</summary>
    public static byte[] EncodePng(RgbImage image) =>
        Encode(image, (pixels, stream) => pixels.Encode(stream, new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, 6)));

    /// <summary>The bytes of a JPEG of the given quality, 1 to 100.</summary>
    public static byte[] EncodeJpeg(RgbImage image, int quality = 85)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return Encode(image, (pixels, stream) =>
            pixels.Encode(stream, new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore)));
    }

    private static byte[] Encode(RgbImage image, Func<SKPixmap, Stream, bool> encode)
    {
        ArgumentNullException.ThrowIfNull(image);
        var opaque = WithOpacity(image);
        var pin = GCHandle.Alloc(opaque, GCHandleType.Pinned);
        try
        {
            var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, null);
            using var pixels = new SKPixmap(info, pin.AddrOfPinnedObject(), info.RowBytes);
            using var stream = new MemoryStream();
            return encode(pixels, stream)
                ? stream.ToArray()
                : throw new DiptychException($"A picture of {image.Width} x {image.Height} pixels is too large for its file format: draw fewer or smaller cells.");
        }
        finally
        {
            pin.Free();
        }
    }

    private static byte[] WithOpacity(RgbImage image)
    {
        var opaque = new byte[4L * image.Width * image.Height];
        for (int from = 0, to = 0; from < image.Pixels.Length; from += 3, to += 4)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(opaque.AsSpan(to, 3));
            opaque[to + 3] = 255;
        }

        return opaque;
    }
}
