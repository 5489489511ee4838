using System.Text.Json.Serialization;

namespace Diptych.Lab.World;

/// <summary>A colour in 8-bit units: each channel from 0 to 255, fractions allowed. In JSON an array of three numbers.</summary>
/// <param name="Red">Red, 0 to 255.</param>
/// <param name="Green">Green, 0 to 255.</param>
/// <param name="Blue">Blue, 0 to 255.</param>
[JsonConverter(typeof(RgbJsonConverter))]
public readonly record struct Rgb(double Red, double Green, double Blue)
{
    /// <summary>The world's white.</summary>
    public static Rgb White { get; } = new(255, 255, 255);

    /// <summary>Euclidean distance in RGB, 0 to about 442.</summary>
    public double DistanceTo(Rgb other)
    {
        var (red, green, blue) = (Red - other.Red, Green - other.Green, Blue - other.Blue);
        return Math.Sqrt((red * red) + (green * green) + (blue * blue));
    }

    /// <summary>Every channel times <paramref name="factor"/>, cut to whole numbers from 0 to 255: paint in shadow or in light.</summary>
    public Rgb Shade(double factor)
    {
        double Channel(double value) => Math.Truncate(Math.Clamp(value * factor, 0, 255));
        return new Rgb(Channel(Red), Channel(Green), Channel(Blue));
    }

    /// <summary>The way from this colour to another, 0 here and 1 there, cut to whole numbers.</summary>
    public Rgb Mix(Rgb other, double share)
    {
        double Channel(double from, double to) => Math.Truncate(from + ((to - from) * share));
        return new Rgb(Channel(Red, other.Red), Channel(Green, other.Green), Channel(Blue, other.Blue));
    }
}
