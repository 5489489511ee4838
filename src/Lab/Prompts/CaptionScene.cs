using Diptych.Common.Runtime;
using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Lab.Prompts;

/// <summary>What a caption's picture must show, ready to be rendered.</summary>
public static class CaptionScene
{
    /// <summary>
    /// Attributes of a picture of the caption. Class, colour and scene that it leaves open are drawn at random, an unsaid style is a photo; light,
    /// layout, pattern and accessory that go unsaid are ordinary or absent, as in the world's own captions. A known name brings its individual.
    /// </summary>
    public static PictureAttributes Draw(string caption, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(caption);
        var demands = PromptTruth.Parse(caption).Demands;
        string Or(string head, string otherwise) => demands.GetValueOrDefault(head, otherwise);
        var drawn = WorldSampler.Sayable(random, heldOut: false);
        var colour = Or(OracleHeads.Colour, drawn.Colour!);
        var body = colour == drawn.Colour ? drawn.Body!.Value : Palette.Colours.First(named => named.Key == colour).Value;
        var accessory = Or(OracleHeads.Accessory, LabWords.None);
        var worn = accessory == LabWords.None ? null : Or(OracleHeads.AccessoryColour, Palette.Names[random.Next(Palette.Names.Count)]);
        var picture = drawn with
        {
            Class = Or(OracleHeads.Class, drawn.Class), Scene = Or(OracleHeads.Scene, drawn.Scene), Style = Or(OracleHeads.Style, "photo"),
            Layout = Or(OracleHeads.Layout, "centre"), Light = Or(OracleHeads.Light, "normal"), Pattern = Or(OracleHeads.Pattern, LabWords.None),
            Colour = colour, Body = body, Part = body.Red + body.Green + body.Blue > 220 ? body.Shade(.72) : body.Mix(Rgb.White, .22),
            Accessory = accessory, AccessoryColour = worn, AccessoryPaint = worn is null ? null : Palette.Colours.First(named => named.Key == worn).Value,
        };
        var words = caption.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Individuals.All.Append(Individuals.Loaded).FirstOrDefault(individual => words.Contains(individual.Name)) is { } known ? known.In(picture) : picture;
    }
}
