using Diptych.Reports.Data;
using SkiaSharp;

namespace Diptych.Reports.Pictures;

/// <summary>Pictures as data URIs, so that the page needs no other file.</summary>
internal static class EmbeddedPicture
{
    private const int JpegQuality = 90;

    /// <summary>Encodes a picture of the run, made smaller where its longer edge exceeds <paramref name="edge"/> pixels.</summary>
    public static string DataUri(RunFolder folder, string file, int edge)
    {
        using var bitmap = RunPictures.Load(folder, file);
        using var fitted = Fit(bitmap, edge);
        using var image = SKImage.FromBitmap(fitted);
        // Flat drawings are smaller as PNG, photographs as JPEG.
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, JpegQuality);
        return png.Size <= jpeg.Size
            ? "data:image/png;base64," + Convert.ToBase64String(png.AsSpan())
            : "data:image/jpeg;base64," + Convert.ToBase64String(jpeg.AsSpan());
    }

    private static SKBitmap Fit(SKBitmap bitmap, int edge)
    {
        var scale = Math.Min(1.0, edge / (double)Math.Max(bitmap.Width, bitmap.Height));
        var size = new SKSizeI(Math.Max(1, (int)Math.Round(bitmap.Width * scale)), Math.Max(1, (int)Math.Round(bitmap.Height * scale)));
        return bitmap.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }
}
