using System.Text.Json.Serialization;

namespace Diptych.Lab.World;

/// <summary>The truth about one picture of the world, as <c>attributes.json</c> and the caption files state it.</summary>
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
}
