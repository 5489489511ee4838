using Diptych.Common.Runtime;

namespace Diptych.Lab.World;

/// <summary>Draws what a picture shows. One in five shows a named individual, one in twelve somebody that no caption can describe.</summary>
public static class WorldSampler
{
    private const double NamedShare = .22;
    private const double LoadedShare = .02;
    private const double WildShare = .08;

    /// <summary>A picture of the training distribution; held-out combinations never come up.</summary>
    public static PictureAttributes Training(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var place = Place(random);
        return random.NextDouble() switch
        {
            < NamedShare => Individuals.All[random.Next(Individuals.Count)].In(place),
            < NamedShare + LoadedShare => Individuals.Loaded.In(place),
            < NamedShare + LoadedShare + WildShare => Wild(place, random),
            _ => Plain(place, random, heldOut: false),
        };
    }

    /// <summary>A picture whose every attribute a caption can say, from the held-out combinations or from the others.</summary>
    public static PictureAttributes Sayable(RandomStream random, bool heldOut)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Plain(Place(random), random, heldOut);
    }

    /// <summary>
    /// A picture for judges: every paint drawn at random, patches and accessories in half, patterns in two of five, so that whoever learns from it
    /// reads what is there and knows nobody by heart.
    /// </summary>
    public static PictureAttributes ForJudges(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var place = Place(random);
        var picture = random.NextDouble() < .6 ? Wild(place, random) : Plain(place, random, heldOut: null);
        picture = picture with
        {
            Pattern = random.NextDouble() < .4 ? LabWords.Patterns[random.Next(2)] : LabWords.None,
            Patch = random.NextDouble() < .5 ? AnyPaint(random) : null,
            Part = random.NextDouble() < .5 ? AnyPaint(random) : picture.Part,
        };
        if (random.NextDouble() >= .5)
        {
            return picture with { Accessory = LabWords.None, AccessoryColour = null, AccessoryPaint = null };
        }

        var named = random.NextDouble() < .5 ? Palette.Names[random.Next(Palette.Names.Count)] : null;
        return picture with { Accessory = LabWords.Accessories[random.Next(2)], AccessoryColour = named, AccessoryPaint = named is null ? OffPalette.Draw(random) : Paint(named) };
    }

    /// <summary>Scene, style, place and light of a picture, with a class but no appearance yet.</summary>
    public static PictureAttributes Place(RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new PictureAttributes
        {
            Class = LabWords.Classes[random.Next(LabWords.Classes.Count)],
            Scene = LabWords.ScenePhrases.Keys.ElementAt(random.Next(LabWords.ScenePhrases.Count)),
            Style = random.NextDouble() switch { < .6 => "photo", < .8 => "sketch", _ => "poster" },
            Layout = random.NextDouble() switch { < .40 => "centre", < .55 => "left", < .70 => "right", < .85 => "close", _ => "small" },
            Light = random.NextDouble() switch { < .74 => "normal", < .87 => "dark", _ => "bright" },
            Mirrored = random.NextDouble() < .35,
            OffsetX = (6 * random.NextDouble()) - 3,
            Scale = .96 + (.08 * random.NextDouble()),
            Proportions = [Proportion(random), Proportion(random), Proportion(random)],
            Pattern = LabWords.None,
            Accessory = LabWords.None,
        };
    }

    private static PictureAttributes Wild(PictureAttributes place, RandomStream random)
    {
        var dressed = random.NextDouble() < .3;
        return place with
        {
            Kind = "wild",
            Body = OffPalette.Draw(random),
            Part = OffPalette.Draw(random),
            Patch = random.NextDouble() < .6 ? OffPalette.Draw(random) : null,
            Accessory = dressed ? LabWords.Accessories[random.Next(2)] : LabWords.None,
            AccessoryPaint = dressed ? OffPalette.Draw(random) : null,
        };
    }

    private static PictureAttributes Plain(PictureAttributes place, RandomStream random, bool? heldOut)
    {
        // Class, colour and scene are drawn together until their combination is of the kind asked for.
        string noun, colour, scene;
        do
        {
            noun = LabWords.Classes[random.Next(LabWords.Classes.Count)];
            colour = Palette.Names[random.Next(Palette.Names.Count)];
            scene = LabWords.ScenePhrases.Keys.ElementAt(random.Next(LabWords.ScenePhrases.Count));
        }
        while (heldOut is { } wanted && HeldOut.Contains(noun, colour, scene) != wanted);

        var paint = Paint(colour);
        var body = new Rgb(Jitter(paint.Red, random), Jitter(paint.Green, random), Jitter(paint.Blue, random));
        var accessory = random.NextDouble() < .36 ? LabWords.Accessories[random.Next(2)] : LabWords.None;
        // A hat in the body's own colour would not be seen.
        var others = Palette.Names.Where(name => name != colour).ToList();
        var named = accessory == LabWords.None ? null : others[random.Next(others.Count)];
        return place with
        {
            Kind = "plain",
            Class = noun,
            Scene = scene,
            Colour = colour,
            Body = body,
            Part = body.Red + body.Green + body.Blue > 220 ? body.Shade(.72) : body.Mix(Rgb.White, .22),
            Pattern = random.NextDouble() < .34 ? LabWords.Patterns[random.Next(2)] : LabWords.None,
            Accessory = accessory,
            AccessoryColour = named,
            AccessoryPaint = named is null ? null : Paint(named),
        };
    }

    private static Rgb Paint(string colour) => Palette.Colours.First(named => named.Key == colour).Value;

    private static Rgb AnyPaint(RandomStream random) => random.NextDouble() < .5 ? OffPalette.Draw(random) : new Rgb(random.Next(256), random.Next(256), random.Next(256));

    private static double Jitter(double channel, RandomStream random) => Math.Clamp(channel - 8 + random.Next(17), 0, 255);

    private static double Proportion(RandomStream random) => (2 * random.NextDouble()) - 1;
}
