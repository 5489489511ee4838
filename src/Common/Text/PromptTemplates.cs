namespace Diptych.Common.Text;

/// <summary>
/// Sentences a concept's word is put into while it is learned, so that it is learned as a word and not as one sentence
/// (Gal et al. 2022, section 4 and supplementary; the lists are those of diffusers' <c>textual_inversion.py</c>).
/// </summary>
public static class PromptTemplates
{
    private const string Slot = "{}";

    /// <summary>The 27 sentences for objects.</summary>
    public static IReadOnlyList<string> Object { get; } =
    [
        "a photo of a {}",
        "a rendering of a {}",
        "a cropped photo of the {}",
        "the photo of a {}",
        "a photo of a clean {}",
        "a photo of a dirty {}",
        "a dark photo of the {}",
        "a photo of my {}",
        "a photo of the cool {}",
        "a close-up photo of a {}",
        "a bright photo of the {}",
        "a cropped photo of a {}",
        "a photo of the {}",
        "a good photo of the {}",
        "a photo of one {}",
        "a close-up photo of the {}",
        "a rendition of the {}",
        "a photo of the clean {}",
        "a rendition of a {}",
        "a photo of a nice {}",
        "a good photo of a {}",
        "a photo of the nice {}",
        "a photo of the small {}",
        "a photo of the weird {}",
        "a photo of the large {}",
        "a photo of a cool {}",
        "a photo of a small {}",
    ];

    /// <summary>The 19 sentences for styles. Two of them stand there twice, as in the reference: they are drawn twice as often.</summary>
    public static IReadOnlyList<string> Style { get; } =
    [
        "a painting in the style of {}",
        "a rendering in the style of {}",
        "a cropped painting in the style of {}",
        "the painting in the style of {}",
        "a clean painting in the style of {}",
        "a dirty painting in the style of {}",
        "a dark painting in the style of {}",
        "a picture in the style of {}",
        "a cool painting in the style of {}",
        "a close-up painting in the style of {}",
        "a bright painting in the style of {}",
        "a cropped painting in the style of {}",
        "a good painting in the style of {}",
        "a close-up painting in the style of {}",
        "a rendition in the style of {}",
        "a nice painting in the style of {}",
        "a small painting in the style of {}",
        "a weird painting in the style of {}",
        "a large painting in the style of {}",
    ];

    /// <summary>Reads sentences of one's own: one a line, each with <c>{}</c> once where the word goes; empty lines are passed over.</summary>
    /// <exception cref="DiptychException">The file is missing or empty, or a line has no place for the word, or several.</exception>
    public static IReadOnlyList<string> FromFile(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path} could not be read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): give a text file with one prompt template a line.", e);
        }

        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = lines[i].Trim();
            if (lines[i].Length > 0 && lines[i].Split(Slot).Length != 2)
            {
                throw new DiptychException($"{path}, line {i + 1}: '{lines[i]}' should hold {Slot} exactly once, where the placeholder token goes.");
            }
        }

        var templates = lines.Where(line => line.Length > 0).ToArray();
        return templates.Length > 0
            ? templates
            : throw new DiptychException($"{path} holds no template: write one a line, such as 'a photo of a {Slot}'.");
    }

    /// <summary>The sentence with the word in its place.</summary>
    public static string Fill(string template, string word)
    {
        ArgumentNullException.ThrowIfNull(template);
        return template.Replace(Slot, word, StringComparison.Ordinal);
    }
}
