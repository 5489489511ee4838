using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>Brings pictures to the size a judge was trained at.</summary>
public static class PictureSize
{
    /// <summary>
    /// Resizes <c>[n, c, h, w]</c> to <c>[n, c, size, size]</c>. A picture that is not square loses the longer side's ends first. Shrinking
    /// averages the pixels that fall together (exactly the mean over k x k blocks where the size divides), so nothing aliases; enlarging is bilinear.
    /// </summary>
    public static Tensor Resize(Tensor pictures, long size)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        if (pictures.dim() != 4)
        {
            throw new ArgumentException($"Pictures are [n, channels, height, width], not [{string.Join(", ", pictures.shape)}].", nameof(pictures));
        }

        using var scope = NewDisposeScope();
        var (height, width) = (pictures.shape[2], pictures.shape[3]);
        var side = Math.Min(height, width);
        var square = pictures.narrow(2, (height - side) / 2, side).narrow(3, (width - side) / 2, side);
        var resized = side > size ? nn.functional.adaptive_avg_pool2d(square, [size, size])
            : side < size ? nn.functional.interpolate(square, [size, size], mode: InterpolationMode.Bilinear, align_corners: false)
            : square.alias();
        return resized.MoveToOuterDisposeScope();
    }
}
