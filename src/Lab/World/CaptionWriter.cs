using Diptych.Common.Runtime;

namespace Diptych.Lab.World;

/// <summary>
/// Says what a picture shows. Training captions leave words out at random, so that prompts which say only a part mean something too; the class
/// is left out in 6 %, because prompts without a noun are one of the things the comparison asks about.
/// </summary>
public static class CaptionWriter
{
    private const double ReservedShare = .04;
    private const double BeforeNounShare = .35;

    /// <summary>Everything that can be said, in the captions' own order.</summary>
    public static string Full(PictureAttributes picture, RandomStream random) => string.Join(' ', Words(picture, random, full: true));

    /// <summary>A training caption: words left out at random.</summary>
    public static string Draw(PictureAttributes picture, RandomStream random) => string.Join(' ', Words(picture, random, full: false));

    /// <summary>
    /// A training caption in which one coined word says what the subject looks like, in place of its colour, pattern, accessory and name: "a photo of a ... on
    /// the beach", or before the noun. What stands there until the word has a row of its own is the noun, or a reserved word.
    /// </summary>
    /// <returns>The caption, and the word that stands in the coined one's place; it occurs once.</returns>
    public static (string Caption, string Word) Coined(PictureAttributes picture, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(random);
        string? said = null;
        if (random.NextDouble() < BeforeNounShare)
        {
            said = WorldVocabulary.Reserved[random.Next(WorldVocabulary.Reserved.Count)];
        }

        var caption = string.Join(' ', Words(picture with { Name = said, Colour = null, Accessory = LabWords.None }, random, full: false, coined: true));
        return (caption, said ?? picture.Class);
    }

    private static List<string> Words(PictureAttributes picture, RandomStream random, bool full, bool coined = false)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(random);
        bool Says(double share) => full || random.NextDouble() < share;
        bool Whim(double share) => !full && random.NextDouble() < share;
        string One(IReadOnlyList<string> choices) => choices[random.Next(choices.Count)];

        var opening = Opening(picture.Style, full, random);
        var adjectives = new List<string>();
        if (picture.Light != "normal" && Says(.85))
        {
            adjectives.Add(picture.Light);
        }

        if (picture.Layout is "close" or "small" && Says(.85))
        {
            adjectives.Add(full ? (picture.Layout == "close" ? "close-up" : "small") : One([.. LabWords.LayoutAdjectives.Where(a => a.Value == picture.Layout).Select(a => a.Key)]));
        }

        var front = Whim(.06);
        var words = new List<string>();
        if (front)
        {
            words.Add(CaptionOpenings.SceneFronts[picture.Scene]);
        }

        words.AddRange(WithAdjectives(opening, adjectives));
        if (picture.Name is { } name)
        {
            Add(words, name, coined || Says(.9));
        }
        else if (!coined && Whim(ReservedShare))
        {
            words.Add(One(WorldVocabulary.Reserved));
        }

        Add(words, picture.Colour, Says(.92));
        Add(words, picture.Pattern == LabWords.None || picture.Colour is null ? null : picture.Pattern, Says(.95));
        Add(words, picture.Class, full || coined || random.NextDouble() >= (picture.Name is null ? .06 : .15));
        if (picture.Accessory != LabWords.None && picture.Name is null)
        {
            if (Says(picture.AccessoryColour is null ? .5 : .92))
            {
                words.AddRange(["with", "a"]);
                Add(words, picture.AccessoryColour, Says(.9));
                words.Add(picture.Accessory);
            }
        }

        Add(words, picture.Layout is "left" or "right" ? $"on the {picture.Layout}" : null, Says(.7));
        Add(words, LabWords.ScenePhrases[picture.Scene], !front && Says(.9));
        return words;
    }

    private static string[] Opening(string style, bool full, RandomStream random)
    {
        if (full && style == "photo")
        {
            return "a photo of a".Split(' ');
        }

        var says = full || random.NextDouble() < (style == "photo" ? .72 : .85);
        var openings = says ? CaptionOpenings.Of(style) : CaptionOpenings.Open;
        return openings[random.Next(openings.Count)].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    // 'a dark close-up photo of a ...'; without such a noun the adjectives go to the subject.
    private static IEnumerable<string> WithAdjectives(string[] opening, List<string> adjectives)
    {
        var noun = Array.FindIndex(opening, word => CaptionOpenings.Nouns.Contains(word));
        if (noun < 0 || adjectives.Count == 0)
        {
            return [.. opening, .. adjectives];
        }

        return [opening[0] == "an" ? "a" : opening[0], .. opening[1..noun], .. adjectives, .. opening[noun..]];
    }

    private static void Add(List<string> words, string? word, bool said)
    {
        if (said && word is not null)
        {
            words.Add(word);
        }
    }
}
