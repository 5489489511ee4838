using SkiaSharp;

namespace Diptych.Common.Runtime;

/// <summary>Whether pictures can be written and read.</summary>
internal static class DoctorPictures
{
    private const string Name = "pictures";

    public static DoctorFinding Check()
    {
        try
        {
            using var drawn = new SKBitmap(2, 2);
            drawn.Erase(SKColors.Orange);
            using var png = drawn.Encode(SKEncodedImageFormat.Png, 100);
            using var read = SKBitmap.Decode(png);
            return read is { Width: 2, Height: 2 } && read.GetPixel(1, 1) == SKColors.Orange
                ? DoctorFinding.Fine(Name, "a PNG is written and read back (SkiaSharp)")
                : DoctorFinding.Problem(Name, "a PNG does not come back as it was written", "restore and build again: SkiaSharp's native library does not fit.");
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
        {
            return DoctorFinding.Problem(Name, (e.InnerException ?? e).Message.ReplaceLineEndings(" "), "restore and build again: SkiaSharp's native library is missing.");
        }
    }
}
