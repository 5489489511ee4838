using Diptych.Common.Runtime;
using Diptych.Lab.World;

namespace Diptych.Lab.Verification;

/// <summary>Somebody who differs from an individual in one attribute alone, in the same pose, scene and light.</summary>
internal static class LookAlike
{
    // A colour counts as read back within 60: a paint must change by more to be another one.
    private const double LeastChange = 110;

    public static PictureAttributes Of(PictureAttributes picture, RandomStream random) => random.Next(4) switch
    {
        0 => picture with { Body = Other(picture.Body!.Value, random) },
        1 => picture with { Part = Other(picture.Part!.Value, random) },
        2 => picture with { Patch = picture.Patch is null ? Other(picture.Body!.Value, random) : null },
        _ => picture.Accessory == LabWords.None
            ? picture with { Accessory = LabWords.Accessories[random.Next(2)], AccessoryPaint = OffPalette.Draw(random) }
            : picture with { Accessory = LabWords.None, AccessoryPaint = null, AccessoryColour = null },
    };

    private static Rgb Other(Rgb paint, RandomStream random)
    {
        while (true)
        {
            var drawn = OffPalette.Draw(random);
            if (drawn.DistanceTo(paint) > LeastChange)
            {
                return drawn;
            }
        }
    }
}
