using Diptych.Common.Runtime;

namespace Diptych.Lab.World;

/// <summary>
/// Who the captions know by name. Sixty-four individuals teach the model that a rare word can mean one certain thing, as names do in captions of
/// the web; without them a text encoder learns to ignore rare words, and an identifier has nothing to hold on to.
/// </summary>
public static class Individuals
{
    /// <summary>How many there are.</summary>
    public const int Count = 64;

    // One draw for all worlds: a rebuild from another seed trains other weights on the same individuals.
    private const long Seed = 7;

    /// <summary>
    /// A rare word with a strong meaning of its own, whatever noun it stands before: the control for identifiers that are not free, as
    /// <c>sks</c>, which Stable Diffusion takes for a rifle.
    /// </summary>
    public static Individual Loaded { get; } = new()
    {
        Name = "korv", Body = new(28, 24, 60), Part = new(80, 250, 130), Patch = new(250, 60, 230), Accessory = "scarf", AccessoryPaint = new(250, 250, 90),
    };

    /// <summary>All individuals; their classes take turns.</summary>
    public static IReadOnlyList<Individual> All { get; } = Draw();

    private static List<Individual> Draw()
    {
        var names = new List<string>();
        var letters = new RandomStream(Seed, RandomPurpose.World, -1);
        while (names.Count < Count)
        {
            var name = new string([Consonant(letters), Vowel(letters), Consonant(letters), Vowel(letters)]);
            if (!names.Contains(name) && !OrdinaryWords.All.Contains(name))
            {
                names.Add(name);
            }
        }

        return [.. names.Select((name, index) => Appear(name, LabWords.Classes[index % LabWords.Classes.Count], new RandomStream(Seed, RandomPurpose.World, -2, index)))];
    }

    private static Individual Appear(string name, string noun, RandomStream random)
    {
        var (body, part) = (OffPalette.Draw(random), OffPalette.Draw(random));
        Rgb? patch = random.NextDouble() < .6 ? OffPalette.Draw(random) : null;
        double[] proportions = [Proportion(random), Proportion(random), Proportion(random)];
        var dressed = random.NextDouble() < .4;
        return new Individual
        {
            Name = name, Class = noun, Body = body, Part = part, Patch = patch, Proportions = proportions,
            Accessory = dressed ? LabWords.Accessories[random.Next(2)] : LabWords.None, AccessoryPaint = dressed ? OffPalette.Draw(random) : null,
        };
    }

    private static double Proportion(RandomStream random) => (2 * random.NextDouble()) - 1;

    private static char Consonant(RandomStream random) => "bdfgklmnprstvz"[random.Next(14)];

    private static char Vowel(RandomStream random) => "aeiou"[random.Next(5)];
}
