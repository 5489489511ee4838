namespace Diptych.Common.Data;

/// <summary>A rectangle of pixels; <paramref name="Left"/> and <paramref name="Top"/> count from the picture's top left corner.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Number of columns.</param>
/// <param name="Height">Number of rows.</param>
public readonly record struct PixelWindow(int Left, int Top, int Width, int Height)
{
    /// <summary>Checks that the window is not empty and lies within a picture of the given sides.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public void RequireInside(int width, int height)
    {
        if (Width < 1 || Height < 1 || Left < 0 || Top < 0 || Left > width - Width || Top > height - Height)
        {
            throw new ArgumentOutOfRangeException(nameof(width), $"{this} does not lie inside a picture of {width} x {height} pixels.");
        }
    }
}
