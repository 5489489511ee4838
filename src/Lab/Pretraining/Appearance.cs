using Diptych.Lab.World;

namespace Diptych.Lab.Pretraining;

/// <summary>What a subject looks like as numbers from -1 to 1; 0 says nothing. Numbers that only mean something together form a group.</summary>
internal static class Appearance
{
    /// <summary>How many numbers there are.</summary>
    public static int Length => Groups.Count;

    /// <summary>Each number's group: paints of body and part, patch, accessory, pattern, proportions.</summary>
    public static IReadOnlyList<long> Groups { get; } = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5];

    /// <summary>How many groups there are.</summary>
    public static int GroupCount { get; } = (int)Groups.Max() + 1;

    /// <summary>The numbers of a picture's subject.</summary>
    public static IReadOnlyList<float> Of(PictureAttributes picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        float[] all =
        [
            .. Paint(picture.Body),
            .. Paint(picture.Part),
            Sign(picture.Patch is not null), .. Paint(picture.Patch),
            .. LabWords.Accessories.Select(accessory => Sign(picture.Accessory == accessory)), .. Paint(picture.AccessoryPaint),
            .. LabWords.Patterns.Select(pattern => Sign(picture.Pattern == pattern)),
            .. (picture.Proportions ?? [0, 0, 0]).Select(proportion => (float)proportion),
        ];
        return all;
    }

    private static float[] Paint(Rgb? paint) => paint is { } rgb ? [Centred(rgb.Red), Centred(rgb.Green), Centred(rgb.Blue)] : [0, 0, 0];

    private static float Centred(double channel) => (float)((channel / 127.5) - 1);

    private static float Sign(bool has) => has ? 1 : -1;
}
