using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Data;

/// <summary>Between pictures and the VAE's tensors: [n, 3, H, W], fp32, channels red, green, blue, -1 black and 1 full.</summary>
public static class ImageTensor
{
    // One table for both scripts: v / 127.5 - 1 and (v / 255 - 0.5) / 0.5 differ in the last fp32 bit only.
    private static readonly float[] Levels = [.. Enumerable.Range(0, 256).Select(v => (float)((v / 127.5) - 1.0))];

    /// <summary>Pictures of one size as a CPU tensor [n, 3, H, W] in [-1, 1].</summary>
    /// <exception cref="ArgumentException">There is no picture, or their sizes differ.</exception>
    public static Tensor FromImages(IReadOnlyList<RgbImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0 || images.Any(i => i.Width != images[0].Width || i.Height != images[0].Height))
        {
            throw new ArgumentException("A batch needs at least one picture, and all of one size.", nameof(images));
        }

        var (width, height) = (images[0].Width, images[0].Height);
        var result = empty([images.Count, 3, height, width], dtype: ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(result.bytes);
        var plane = width * height;
        for (var n = 0; n < images.Count; n++)
        {
            var pixels = images[n].Pixels;
            for (var i = 0; i < pixels.Length; i++)
            {
                values[(((n * 3) + (i % 3)) * plane) + (i / 3)] = Levels[pixels[i]];
            }
        }

        return result;
    }

    /// <summary>One picture as a CPU tensor [1, 3, H, W] in [-1, 1].</summary>
    public static Tensor FromImage(RgbImage image) => FromImages([image]);

    /// <summary>A tensor [n, 3, H, W] on any device, of any float type, as pictures: clamped to [-1, 1] and rounded to the nearest level.</summary>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    /// <exception cref="DiptychException">The tensor holds NaN.</exception>
    public static IReadOnlyList<RgbImage> ToImages(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.dim() != 4 || tensor.shape[1] != 3)
        {
            throw new ArgumentException($"Pictures are [n, 3, H, W]; this tensor is [{string.Join(", ", tensor.shape)}].", nameof(tensor));
        }

        using var scope = NewDisposeScope();
        var exact = tensor.detach().to(ScalarType.Float32);
        if (exact.isnan().any().item<bool>())
        {
            throw new DiptychException("A decoded picture holds NaN: the weights or the number format overflowed; sample again in fp32, or from an earlier checkpoint.");
        }

        var levels = exact.div(2).add(0.5).clamp(0, 1).mul(255).round().to(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().cpu();
        var (height, width) = ((int)tensor.shape[2], (int)tensor.shape[3]);
        return [.. Enumerable.Range(0, (int)tensor.shape[0]).Select(n => new RgbImage(width, height, levels[n].bytes.ToArray()))];
    }
}
