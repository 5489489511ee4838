using Diptych.Lab.World;

namespace Diptych.Lab.Verification;

/// <summary>Sixty-four prompts by which any two laboratories can be compared at a glance: a row for every class, a column for every kind of demand.</summary>
public static class FixedPrompts
{
    private static readonly (string Heading, Func<string, string, string, string, string> Prompt)[] Demands =
    [
        ("photo, scene", (noun, _, scene, _) => $"a photo of a {noun} {scene}"),
        ("photo, colour", (noun, colour, scene, _) => $"a photo of a {colour} {noun} {scene}"),
        ("sketch", (noun, colour, scene, _) => $"a pencil sketch of a {colour} {noun} {scene}"),
        ("poster", (noun, colour, scene, _) => $"a poster of a {colour} {noun} {scene}"),
        ("striped", (noun, colour, scene, _) => $"a photo of a {colour} striped {noun} {scene}"),
        ("hat", (noun, colour, scene, other) => $"a photo of a {colour} {noun} with a {other} hat {scene}"),
        // Not on the left as well: the world's layouts exclude each other, so no picture shows that and no caption says it.
        ("small", (noun, colour, scene, _) => $"a small photo of a {colour} {noun} {scene}"),
        ("identifier", (noun, _, scene, _) => $"a sks {noun} {scene}"),
    ];

    /// <summary>What each column asks for.</summary>
    public static IReadOnlyList<string> Headings { get; } = [.. Demands.Select(demand => demand.Heading)];

    /// <summary>The prompts, row by row. Colours and scenes are dealt so that each column shows every scene.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. LabWords.Classes.Index().SelectMany(noun => Demands.Index().Select(demand =>
        {
            string Colour(int offset) => Palette.Names[((5 * noun.Index) + (2 * demand.Index) + offset) % Palette.Names.Count];
            var scene = LabWords.ScenePhrases.Values.ElementAt((noun.Index + (3 * demand.Index)) % LabWords.ScenePhrases.Count);
            return demand.Item.Prompt(noun.Item, Colour(0), scene, Colour(4));
        })),
    ];
}
