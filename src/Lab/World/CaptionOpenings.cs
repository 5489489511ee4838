namespace Diptych.Lab.World;

/// <summary>How captions begin.</summary>
public static class CaptionOpenings
{
    /// <summary>Openings of photos.</summary>
    public static IReadOnlyList<string> Photo { get; } =
    [
        "a photo of a", "a photo of the", "the photo of a", "a photo of my", "a good photo of a", "a good photo of the", "a nice photo of a", "a cool photo of a",
        "a rendition of a", "a depiction of a",
    ];

    /// <summary>Openings of sketches.</summary>
    public static IReadOnlyList<string> Sketch { get; } = ["a sketch of a", "a pencil sketch of a", "a drawing of a", "a pencil drawing of the"];

    /// <summary>Openings of posters.</summary>
    public static IReadOnlyList<string> Poster { get; } = ["a poster of a", "a poster of the", "a flat poster of a", "a rendering of a", "an illustration of a"];

    /// <summary>Openings that leave the style open.</summary>
    public static IReadOnlyList<string> Open { get; } = ["a", "the", "my", "a picture of a", "an image of a", ""];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Photo, .. Sketch, .. Poster, .. Open];

    /// <summary>Nouns that adjectives of light and size go before.</summary>
    public static IReadOnlyList<string> Nouns { get; } = ["photo", "sketch", "drawing", "poster", "picture", "image"];

    /// <summary>Scenes as they stand in front of a caption, instead of at its end.</summary>
    public static IReadOnlyDictionary<string, string> SceneFronts { get; } =
        LabWords.ScenePhrases.Keys.ToDictionary(scene => scene, scene => scene == "city" ? "city night" : scene);

    /// <summary>The openings that say a style.</summary>
    public static IReadOnlyList<string> Of(string style) => style switch { "sketch" => Sketch, "poster" => Poster, _ => Photo };
}
