namespace Diptych.Common.Data;

/// <summary>The filters of picture resizing, under the names photo tools use.</summary>
public enum Resampling
{
    /// <summary>Mean over the pixel's area.</summary>
    Box,

    /// <summary>Triangle of radius 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic convolution with a = -0.5, radius 2 (Keys 1981, eq. 4).</summary>
    Bicubic,

    /// <summary>Sinc windowed by a wider sinc, radius 3 (Duchon 1979).</summary>
    Lanczos,
}
