using System.Text.Json.Serialization;

namespace Diptych.Lab.World;

/// <summary>A colour in 8-bit units: each channel from 0 to 255, fractions allowed. In JSON an array of three numbers.</summary>
/// <param name="Red">Red, 0 to 255.</param>
/// <param name="Green">Green, 0 to 255.</param>
/// <param name="Blue">Blue, 0 to 255.</param>
[JsonConverter(typeof(RgbJsonConverter))]
public readonly record struct Rgb(double Red, double Green, double Blue)
{
    /// <summary>Euclidean distance in RGB, 0 to about 442.</summary>
    public double DistanceTo(Rgb other)
    {
        var (red, green, blue) = (Red - other.Red, Green - other.Green, Blue - other.Blue);
        return Math.Sqrt((red * red) + (green * green) + (blue * blue));
    }
}
