namespace Diptych.Lab.World;

/// <summary>The words of captions that are nobody's name.</summary>
public static class OrdinaryWords
{
    // Words of the usual Textual Inversion templates that no caption of the world uses: prompts may, so they must not fall apart.
    private static readonly string[] OfTemplates = ["clean", "dirty", "weird", "one", "many", "in", "style", "of", "painting", "portrait", "walking", "and"];

    /// <summary>Words with a meaning of their own.</summary>
    public static IReadOnlySet<string> All { get; } = Split(
    [
        .. CaptionOpenings.All, .. LabWords.ScenePhrases.Values, .. CaptionOpenings.SceneFronts.Values, .. LabWords.Classes, .. Palette.Names, .. LabWords.Patterns,
        .. LabWords.Accessories, .. LabWords.LayoutAdjectives.Keys, .. LabWords.Lights, "with", "left", "right", .. OfTemplates,
    ]);

    private static HashSet<string> Split(IEnumerable<string> phrases) =>
        [.. phrases.SelectMany(phrase => phrase.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries))];
}
