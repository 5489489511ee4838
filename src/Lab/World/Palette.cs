namespace Diptych.Lab.World;

/// <summary>The nine colours that the laboratory's captions can name.</summary>
public static class Palette
{
    /// <summary>Each colour word with the RGB the world paints it in (before its jitter of 8 per channel).</summary>
    public static IReadOnlyList<KeyValuePair<string, Rgb>> Colours { get; } =
    [
        new("red", new(214, 44, 44)),
        new("orange", new(240, 134, 32)),
        new("yellow", new(244, 208, 48)),
        new("green", new(56, 158, 72)),
        new("blue", new(52, 98, 206)),
        new("purple", new(136, 60, 176)),
        new("pink", new(242, 130, 178)),
        new("white", new(240, 240, 238)),
        new("black", new(48, 48, 54)),
    ];

    /// <summary>The colour words alone.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Colours.Select(colour => colour.Key)];

    /// <summary>The colour word whose paint lies nearest in RGB.</summary>
    public static string Nearest(Rgb colour) => Colours.MinBy(named => named.Value.DistanceTo(colour)).Key;
}
