namespace Diptych.Lab.World;

/// <summary>What a pixel of a picture shows; the numbers are the values of a part mask.</summary>
public enum PictureRegion
{
    /// <summary>The scene and the subject's shadow.</summary>
    Background = 0,

    /// <summary>The body in its own paint.</summary>
    Body = 1,

    /// <summary>Parts in the second colour.</summary>
    Part = 2,

    /// <summary>The patch.</summary>
    Patch = 3,

    /// <summary>Hat or scarf.</summary>
    Accessory = 4,

    /// <summary>Whatever else belongs to the subject: eyes, windows, metal, outlines.</summary>
    Other = 5,

    /// <summary>Stripes or spots on the body.</summary>
    Pattern = 6,
}
