using Diptych.Lab.World;

namespace Diptych.Lab.Judges;

/// <summary>What each of the oracle's heads can say, in the order of its logits, and what the truth of a picture says there.</summary>
public static class OracleValues
{
    /// <summary>Classifying heads with their values.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Classes { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        [OracleHeads.Class] = LabWords.Classes,
        [OracleHeads.Colour] = Palette.Names,
        [OracleHeads.Scene] = [.. LabWords.ScenePhrases.Keys],
        [OracleHeads.Style] = ["photo", "sketch", "poster"],
        [OracleHeads.Layout] = ["centre", "left", "right", "close", "small"],
        [OracleHeads.Light] = ["normal", .. LabWords.Lights],
        [OracleHeads.Pattern] = [LabWords.None, .. LabWords.Patterns],
        [OracleHeads.Accessory] = [LabWords.None, .. LabWords.Accessories],
        [OracleHeads.AccessoryColour] = Palette.Names,
    };

    /// <summary>Heads that read a colour.</summary>
    public static IReadOnlyList<string> Colours { get; } = [OracleHeads.BodyRgb, OracleHeads.PartRgb, OracleHeads.AccessoryRgb, OracleHeads.PatchRgb];

    /// <summary>What a classifying head should say of a picture; null where the picture has no such value.</summary>
    public static string? ValueOf(string head, PictureAttributes picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return head switch
        {
            OracleHeads.Class => picture.Class,
            OracleHeads.Colour => picture.Colour,
            OracleHeads.Scene => picture.Scene,
            OracleHeads.Style => picture.Style,
            OracleHeads.Layout => picture.Layout,
            OracleHeads.Light => picture.Light,
            OracleHeads.Pattern => picture.Pattern,
            OracleHeads.Accessory => picture.Accessory,
            OracleHeads.AccessoryColour => picture.AccessoryColour,
            _ => throw new ArgumentOutOfRangeException(nameof(head), head, "No such head."),
        };
    }

    /// <summary>What a colour head should read in a picture; null where there is no such thing.</summary>
    public static Rgb? ColourOf(string head, PictureAttributes picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return head switch
        {
            OracleHeads.BodyRgb => picture.Body,
            OracleHeads.PartRgb => picture.Part,
            OracleHeads.AccessoryRgb => picture.Accessory == LabWords.None ? null : picture.AccessoryPaint,
            OracleHeads.PatchRgb => picture.Patch,
            _ => throw new ArgumentOutOfRangeException(nameof(head), head, "No such head."),
        };
    }
}
