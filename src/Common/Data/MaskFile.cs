using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Data;

/// <summary>Reads and writes subject masks: white where the subject is, black elsewhere.</summary>
public static class MaskFile
{
    /// <summary>A 1-bit or 8-bit picture as a CPU fp32 tensor [H, W] of 0 and 1; a pixel counts as the subject from mid-grey up.</summary>
    /// <exception cref="DiptychException">The file is missing or no picture; the line names it and the remedy.</exception>
    public static Tensor Read(string path)
    {
        var picture = Photo.Load(path, new PhotoOptions { ApplyOrientation = false }).Image;
        var mask = empty([picture.Height, picture.Width], dtype: ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(mask.bytes);
        for (var i = 0; i < values.Length; i++)
        {
            // Luma of ITU-R BT.601, for masks that were saved in colour.
            var luma = ((299 * picture.Pixels[3 * i]) + (587 * picture.Pixels[(3 * i) + 1]) + (114 * picture.Pixels[(3 * i) + 2])) / 1000;
            values[i] = luma >= 128 ? 1 : 0;
        }

        return mask;
    }

    /// <summary>Writes a mask as a PNG of its size.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Number of rows.</param>
    /// <param name="subject">Width x height values, row by row: whether the subject is there.</param>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public static void Write(string path, int width, int height, IReadOnlyList<bool> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = subject[i / 3] ? (byte)255 : (byte)0;
        }

        PictureFile.WritePng(path, new RgbImage(width, height, pixels));
    }
}
