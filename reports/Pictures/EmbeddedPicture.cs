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
        if (Math.Max(bitmap.Width, bitmap.Height) > edge)
        {
            using var small = Shrink(bitmap, edge);
            return Uri("jpeg", Jpeg(small));
        }

        // Flat drawings are smaller as the PNG they came as, photographs as JPEG.
        var jpeg = Jpeg(bitmap);
        var original = File.ReadAllBytes(RunPictures.Locate(folder, file));
        return original.Length <= jpeg.Length && IsPng(original) ? Uri("png", original) : Uri("jpeg", jpeg);
    }

    private static string Uri(string kind, byte[] bytes) => $"data:image/{kind};base64,{Convert.ToBase64String(bytes)}";

    private static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.Length > 4 && bytes[1..4].SequenceEqual("PNG"u8);

    private static byte[] Jpeg(SKBitmap bitmap)
    {
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, JpegQuality);
        return data.ToArray();
    }

    private static SKBitmap Shrink(SKBitmap bitmap, int edge)
    {
        var scale = edge / (double)Math.Max(bitmap.Width, bitmap.Height);
        var size = new SKSizeI(Math.Max(1, (int)Math.Round(bitmap.Width * scale)), Math.Max(1, (int)Math.Round(bitmap.Height * scale)));
        return bitmap.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }
}
