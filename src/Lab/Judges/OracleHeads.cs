namespace Diptych.Lab.Judges;

/// <summary>Names of what the oracle reads, as its weights and the attribute files spell them.</summary>
public static class OracleHeads
{
    /// <summary>What is drawn.</summary>
    public const string Class = "cls";

    /// <summary>The body's colour as a word.</summary>
    public const string Colour = "colour";

    /// <summary>The background.</summary>
    public const string Scene = "scene";

    /// <summary>photo, sketch or poster.</summary>
    public const string Style = "style";

    /// <summary>Where and how large the subject stands.</summary>
    public const string Layout = "layout";

    /// <summary>normal, dark or bright.</summary>
    public const string Light = "light";

    /// <summary>The body's pattern.</summary>
    public const string Pattern = "pattern";

    /// <summary>The accessory's kind.</summary>
    public const string Accessory = "accessory";

    /// <summary>The accessory's colour as a word.</summary>
    public const string AccessoryColour = "acc_colour";

    /// <summary>The body's colour as RGB.</summary>
    public const string BodyRgb = "body";

    /// <summary>RGB of the second colour: ears, roof, lid, ...</summary>
    public const string PartRgb = "part";

    /// <summary>The accessory's colour as RGB; without meaning where there is none.</summary>
    public const string AccessoryRgb = "acc_rgb";

    /// <summary>The patch's colour as RGB; without meaning where there is none.</summary>
    public const string PatchRgb = "patch";

    /// <summary>Whether there is a patch: two logits, no and yes.</summary>
    public const string HasPatch = "has_patch";
}
