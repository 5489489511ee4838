namespace Diptych.Reports.Charts;

/// <summary>Size of a figure in pixels, the margins around its data area, and the data's limits.</summary>
internal sealed record ChartFrame(int Width, int Height, float Left, float Right, float Top, float Bottom, double X0, double X1, double Y0, double Y1)
{
    public double PixelX(double x) => Left + ((x - X0) / (X1 - X0) * (Width - Left - Right));

    public double PixelY(double y) => Top + ((Y1 - y) / (Y1 - Y0) * (Height - Top - Bottom));
}
