namespace Diptych.Lab.World;

/// <summary>Every word a caption of the world can hold; each becomes one token.</summary>
public static class WorldVocabulary
{
    /// <summary>Rare words that stand at a name's place in captions of anybody, and so mean nothing: identifiers for DreamBooth.</summary>
    public static IReadOnlyList<string> Reserved { get; } = ["sks", "zwx", "ohwx", "qip", "vrm", "jtk", "wug", "dax", "blik", "xoq", "pnz", "ulf"];

    /// <summary>All words in ordinal order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. OrdinaryWords.All.Union(Reserved).Union(Individuals.All.Select(individual => individual.Name)).Append(Individuals.Loaded.Name).Distinct().Order(StringComparer.Ordinal)];
}
