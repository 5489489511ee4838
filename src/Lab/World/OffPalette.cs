using Diptych.Common.Runtime;

namespace Diptych.Lab.World;

/// <summary>Colours that no word of the vocabulary names.</summary>
public static class OffPalette
{
    private const double LeastDistance = 70;
    private const double LeastChroma = 60;

    /// <summary>Draws a colour at least 70 away from every colour of the palette in RGB, and no grey.</summary>
    public static Rgb Draw(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        while (true)
        {
            var colour = new Rgb(Channel(random), Channel(random), Channel(random));
            if (Chroma(colour) > LeastChroma && Palette.Colours.All(named => named.Value.DistanceTo(colour) > LeastDistance))
            {
                return colour;
            }
        }
    }

    private static int Channel(RandomStream random) => 30 + random.Next(216);

    private static double Chroma(Rgb colour) =>
        Math.Max(colour.Red, Math.Max(colour.Green, colour.Blue)) - Math.Min(colour.Red, Math.Min(colour.Green, colour.Blue));
}
