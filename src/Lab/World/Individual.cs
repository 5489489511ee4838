namespace Diptych.Lab.World;

/// <summary>Somebody the captions know by name: always the same class, paints and proportions.</summary>
public sealed record Individual
{
    /// <summary>The name, one word of the vocabulary.</summary>
    public required string Name { get; init; }

    /// <summary>What it is; null for an appearance that any class can wear.</summary>
    public string? Class { get; init; }

    /// <summary>Paint of the body, with no name of its own.</summary>
    public required Rgb Body { get; init; }

    /// <summary>Paint of the second colour, with no name of its own.</summary>
    public required Rgb Part { get; init; }

    /// <summary>Paint of the patch; null without one.</summary>
    public Rgb? Patch { get; init; }

    /// <summary>none, spotted or striped.</summary>
    public string Pattern { get; init; } = LabWords.None;

    /// <summary>none, hat or scarf.</summary>
    public string Accessory { get; init; } = LabWords.None;

    /// <summary>Paint of the accessory; null without one.</summary>
    public Rgb? AccessoryPaint { get; init; }

    /// <summary>Three proportions, each from -1 to 1; null where every picture has its own.</summary>
    public IReadOnlyList<double>? Proportions { get; init; }

    /// <summary>A picture with this one in it.</summary>
    public PictureAttributes In(PictureAttributes picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture with
        {
            Kind = "named", Name = Name, Class = Class ?? picture.Class, Colour = null, Body = Body, Part = Part, Patch = Patch, Pattern = Pattern,
            Accessory = Accessory, AccessoryColour = null, AccessoryPaint = AccessoryPaint, Proportions = Proportions ?? picture.Proportions,
        };
    }
}
