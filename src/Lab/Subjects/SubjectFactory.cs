using Diptych.Common.Runtime;
using Diptych.Lab.World;

namespace Diptych.Lab.Subjects;

/// <summary>
/// Subjects to teach, in three tiers. <em>Sayable</em>: the vocabulary can describe them. <em>Off-palette</em>: their colours have no name.
/// <em>Unsayable</em>: besides, they wear a patch and an accessory whose colours no caption can tell.
/// </summary>
public static class SubjectFactory
{
    /// <summary>The tiers, from the easiest to describe on.</summary>
    public static IReadOnlyList<string> Tiers { get; } = ["sayable", "off-palette", "unsayable"];

    /// <summary>The six subjects of the release, by folder name.</summary>
    public static IReadOnlyDictionary<string, PictureAttributes> Released { get; } = new Dictionary<string, PictureAttributes>
    {
        ["sayable-cat"] = Sayable("cat", "purple", "striped", [.3, -.4, .2]) with { Accessory = "hat", AccessoryColour = "yellow", AccessoryPaint = Paint("yellow") },
        ["sayable-car"] = Sayable("car", "green", "spotted", [-.5, .6, .1]) with { Part = Paint("green").Shade(.72) },
        ["off-palette-dog"] = Subject("dog", new(26, 170, 160), new(236, 92, 60), [.2, -.6, .5]),
        ["off-palette-teapot"] = Subject("teapot", new(160, 176, 60), new(120, 40, 74), [.4, .1, -.7]),
        ["unsayable-dog"] = Subject("dog", new(92, 196, 214), new(214, 70, 140), [-.2, .7, -.3]) with { Patch = new(250, 226, 120), Accessory = "hat", AccessoryPaint = new(150, 230, 90) },
        ["unsayable-robot"] = Subject("robot", new(186, 122, 84), new(92, 236, 200), [.1, .2, .6]) with { Patch = new(78, 40, 120), Accessory = "scarf", AccessoryPaint = new(228, 70, 130) },
    };

    /// <summary>Subject number <paramref name="index"/> of a seed: tiers and classes take turns, everything else is drawn.</summary>
    public static (string Name, PictureAttributes Subject) Draw(long seed, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var random = new RandomStream(seed, RandomPurpose.World, -3, index);
        var tier = Tiers[index % Tiers.Count];
        var noun = LabWords.Classes[index / Tiers.Count % LabWords.Classes.Count];
        double[] proportions = [Proportion(random), Proportion(random), Proportion(random)];
        var subject = tier == "sayable"
            ? Sayable(noun, Palette.Names[random.Next(Palette.Names.Count)], random.NextDouble() < .5 ? LabWords.Patterns[random.Next(2)] : LabWords.None, proportions)
            : Subject(noun, OffPalette.Draw(random), OffPalette.Draw(random), proportions);
        if (tier == "unsayable")
        {
            subject = subject with { Patch = OffPalette.Draw(random), Accessory = LabWords.Accessories[random.Next(2)], AccessoryPaint = OffPalette.Draw(random) };
        }

        return (FormattableString.Invariant($"{tier}-{noun}-{index:000}"), subject);
    }

    /// <summary>A plain member of the class, in two paints that no word names and proportions of its own.</summary>
    public static PictureAttributes PlainMember(string noun, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Subject(noun, OffPalette.Draw(random), OffPalette.Draw(random), [Proportion(random), Proportion(random), Proportion(random)]);
    }

    /// <summary>The subject in a picture: scene, style and place drawn, or the scene and layout given.</summary>
    public static PictureAttributes In(PictureAttributes subject, RandomStream random, string scene, string? layout = null)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(random);
        string[] layouts = ["centre", "left", "right"];
        return subject with
        {
            Scene = scene, Style = "photo", Layout = layout ?? layouts[random.Next(3)], Light = "normal", Mirrored = random.NextDouble() < .5,
            OffsetX = (6 * random.NextDouble()) - 3, Scale = .96 + (.08 * random.NextDouble()),
        };
    }

    private static PictureAttributes Sayable(string noun, string colour, string pattern, IReadOnlyList<double> proportions) =>
        Subject(noun, Paint(colour), Paint(colour).Mix(Rgb.White, .22), proportions) with { Colour = colour, Pattern = pattern };

    private static PictureAttributes Subject(string noun, Rgb body, Rgb part, IReadOnlyList<double> proportions) => new()
    {
        Kind = "subject", Class = noun, Body = body, Part = part, Proportions = proportions, Scene = "studio", Style = "photo", Layout = "centre", Light = "normal",
        Pattern = LabWords.None, Accessory = LabWords.None,
    };

    private static Rgb Paint(string colour) => Palette.Colours.First(named => named.Key == colour).Value;

    private static double Proportion(RandomStream random) => (2 * random.NextDouble()) - 1;
}
