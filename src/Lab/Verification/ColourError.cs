using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Lab.Verification;

/// <summary>How far the colours that the oracle reads lie from the paint.</summary>
public static class ColourError
{
    private static readonly (string Name, string Head)[] Colours =
    [
        ("body", OracleHeads.BodyRgb), ("part", OracleHeads.PartRgb), ("patch", OracleHeads.PatchRgb), ("accessory", OracleHeads.AccessoryRgb),
    ];

    /// <summary>Per part the median distance in RGB (0 to 442) over the pictures that have one; parts that no picture has are left out.</summary>
    public static IReadOnlyDictionary<string, double> Median(OracleReading reading, IReadOnlyList<PictureAttributes> truth)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(truth);
        var medians = new Dictionary<string, double>();
        foreach (var (name, head) in Colours)
        {
            var errors = truth.Index().Where(picture => OracleValues.ColourOf(head, picture.Item) is not null)
                .Select(picture => reading.Colour(head, picture.Index).DistanceTo(OracleValues.ColourOf(head, picture.Item)!.Value)).Order().ToList();
            if (errors.Count > 0)
            {
                medians[name] = (errors[(errors.Count - 1) / 2] + errors[errors.Count / 2]) / 2;
            }
        }

        return medians;
    }
}
