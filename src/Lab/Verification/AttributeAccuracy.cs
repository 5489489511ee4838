using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Lab.Verification;

/// <summary>How often the oracle reads what the truth says, attribute by attribute.</summary>
public static class AttributeAccuracy
{
    private sealed record Attribute(string Name, string Head, Func<PictureAttributes, string?> Truth, string? Unsaid = null);

    private static readonly Attribute[] Attributes =
    [
        new("class", OracleHeads.Class, truth => truth.Class),
        new("colour", OracleHeads.Colour, truth => truth.Colour),
        new("background", OracleHeads.Scene, truth => truth.Scene),
        new("style", OracleHeads.Style, truth => truth.Style),
        new("layout", OracleHeads.Layout, truth => truth.Layout, "centre"),
        new("light", OracleHeads.Light, truth => truth.Light, "normal"),
        new("accessory", OracleHeads.Accessory, truth => truth.Accessory, LabWords.None),
        new("pattern", OracleHeads.Pattern, truth => truth.Pattern, LabWords.None),
    ];

    /// <summary>Names of the attributes, in the order of tables.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Attributes.Select(attribute => attribute.Name)];

    /// <summary>Per attribute the share of pictures read as the truth says. An attribute without a value (an unnameable colour) does not count.</summary>
    /// <param name="reading">What the oracle read.</param>
    /// <param name="truth">What each picture shows, in the same order.</param>
    /// <param name="whereSaid">Whether the values that captions leave unsaid (centre, normal light, no accessory, no pattern) do not count either.</param>
    public static IReadOnlyDictionary<string, Measure> Of(OracleReading reading, IReadOnlyList<PictureAttributes> truth, bool whereSaid)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(truth);
        if (reading.Count != truth.Count)
        {
            throw new ArgumentException($"{reading.Count} pictures were read, and {truth.Count} have a truth.", nameof(truth));
        }

        return Attributes.ToDictionary(attribute => attribute.Name, attribute => Measure.ShareOf(
        [
            .. Enumerable.Range(0, reading.Count)
                .Where(picture => attribute.Truth(truth[picture]) is { } value && !(whereSaid && value == attribute.Unsaid))
                .Select(picture => reading.Value(attribute.Head, picture) == attribute.Truth(truth[picture])),
        ]));
    }
}
