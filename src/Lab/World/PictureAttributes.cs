using System.Text.Json.Serialization;

namespace Diptych.Lab.World;

/// <summary>
/// The truth about one picture of the world, as <c>attributes.json</c> and the caption files state it. The nouns are what captions can say and the
/// oracle reads; colours as RGB, proportions, place and mirroring are what <see cref="WorldRenderer"/> needs besides.
/// </summary>
public sealed record PictureAttributes
{
    /// <summary>What is drawn: dog, cat, ...</summary>
    [JsonPropertyName("cls")]
    public required string Class { get; init; }

    /// <summary>Named colour of the body; null where no word names it.</summary>
    [JsonPropertyName("colour")]
    public string? Colour { get; init; }

    /// <summary>Background: studio, beach, ...</summary>
    [JsonPropertyName("scene")]
    public required string Scene { get; init; }

    /// <summary>photo, sketch or poster.</summary>
    [JsonPropertyName("style")]
    public required string Style { get; init; }

    /// <summary>centre, left, right, close or small.</summary>
    [JsonPropertyName("layout")]
    public required string Layout { get; init; }

    /// <summary>normal, dark or bright.</summary>
    [JsonPropertyName("light")]
    public required string Light { get; init; }

    /// <summary>none, spotted or striped.</summary>
    [JsonPropertyName("pattern")]
    public required string Pattern { get; init; }

    /// <summary>none, hat or scarf.</summary>
    [JsonPropertyName("accessory")]
    public required string Accessory { get; init; }

    /// <summary>Named colour of the accessory; null without one or where no word names it.</summary>
    [JsonPropertyName("acc_colour")]
    public string? AccessoryColour { get; init; }

    /// <summary>plain, named, wild or subject: how the appearance was chosen.</summary>
    [JsonPropertyName("kind")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    /// <summary>Name of the individual; null for anybody else.</summary>
    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Paint of the body.</summary>
    [JsonPropertyName("body")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Rgb? Body { get; init; }

    /// <summary>Paint of the second colour: ears, roof, lid, ...</summary>
    [JsonPropertyName("part")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Rgb? Part { get; init; }

    /// <summary>Paint of the patch (saddle, belly, belt); null without one.</summary>
    [JsonPropertyName("patch")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Rgb? Patch { get; init; }

    /// <summary>Paint of the accessory; null without one.</summary>
    [JsonPropertyName("acc_rgb")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Rgb? AccessoryPaint { get; init; }

    /// <summary>Three free proportions of the class, each from -1 to 1.</summary>
    [JsonPropertyName("p")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? Proportions { get; init; }

    /// <summary>Whether the subject looks to the left.</summary>
    [JsonPropertyName("mirror")]
    public bool Mirrored { get; init; }

    /// <summary>Pixels the subject stands to the right of its layout's place.</summary>
    [JsonPropertyName("dx")]
    public double OffsetX { get; init; }

    /// <summary>Size relative to its layout's.</summary>
    [JsonPropertyName("ds")]
    public double Scale { get; init; } = 1;
}
