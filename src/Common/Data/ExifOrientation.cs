namespace Diptych.Common.Data;

/// <summary>Turns a picture upright as its EXIF orientation (tag 0x0112, Exif 2.3 section 4.6.4 A) demands.</summary>
public static class ExifOrientation
{
    /// <summary>
    /// The picture as the photographer saw it. <paramref name="orientation"/> is the tag's value: 1 upright, 2 mirrored, 3 upside down,
    /// 4 mirrored upside down, 5 transposed, 6 to be turned a quarter clockwise, 7 transposed across the other diagonal, 8 a quarter
    /// anticlockwise. Other values mean upright, as everywhere.
    /// </summary>
    public static RgbImage Apply(RgbImage stored, int orientation)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var (width, height) = (stored.Width, stored.Height);
        return orientation switch
        {
            2 => stored.FlipHorizontally(),
            3 => stored.Rearrange(width, height, (x, y) => (width - 1 - x, height - 1 - y)),
            4 => stored.Rearrange(width, height, (x, y) => (x, height - 1 - y)),
            5 => stored.Rearrange(height, width, (x, y) => (y, x)),
            6 => stored.Rearrange(height, width, (x, y) => (y, height - 1 - x)),
            7 => stored.Rearrange(height, width, (x, y) => (width - 1 - y, height - 1 - x)),
            8 => stored.Rearrange(height, width, (x, y) => (width - 1 - y, x)),
            _ => stored,
        };
    }
}
