namespace Diptych.Lab.World;

/// <summary>The values that a picture's attributes take in the laboratory's world, and the words its captions use for them.</summary>
public static class LabWords
{
    /// <summary>The value of a pattern or accessory that is not there.</summary>
    public const string None = "none";

    /// <summary>What a subject can be.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["dog", "cat", "bird", "robot", "teapot", "car", "house", "backpack"];

    /// <summary>Scenes, each with the phrase that closes a caption.</summary>
    public static IReadOnlyDictionary<string, string> ScenePhrases { get; } = new Dictionary<string, string>
    {
        ["studio"] = "in a studio",
        ["beach"] = "on the beach",
        ["forest"] = "in the forest",
        ["snow"] = "in the snow",
        ["city"] = "in the city at night",
        ["meadow"] = "in a meadow",
        ["desert"] = "in the desert",
        ["moon"] = "on the moon",
    };

    /// <summary>Nouns of a caption's opening, each with the style it asks for; "picture" and "image" ask for none.</summary>
    public static IReadOnlyDictionary<string, string> StyleNouns { get; } = new Dictionary<string, string>
    {
        ["photo"] = "photo",
        ["rendition"] = "photo",
        ["depiction"] = "photo",
        ["sketch"] = "sketch",
        ["drawing"] = "sketch",
        ["poster"] = "poster",
        ["rendering"] = "poster",
        ["illustration"] = "poster",
    };

    /// <summary>Adjectives of the layouts close and small; left and right are said as "on the left", "on the right".</summary>
    public static IReadOnlyDictionary<string, string> LayoutAdjectives { get; } = new Dictionary<string, string>
    {
        ["close-up"] = "close",
        ["cropped"] = "close",
        ["large"] = "close",
        ["small"] = "small",
    };

    /// <summary>Light that captions say; normal light is left unsaid.</summary>
    public static IReadOnlyList<string> Lights { get; } = ["dark", "bright"];

    /// <summary>Patterns that captions say.</summary>
    public static IReadOnlyList<string> Patterns { get; } = ["spotted", "striped"];

    /// <summary>Accessories that captions say.</summary>
    public static IReadOnlyList<string> Accessories { get; } = ["hat", "scarf"];
}
