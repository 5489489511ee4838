using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Lab.Subjects;

/// <summary>
/// Subject fidelity: the share of the subject's attributes that the oracle reads back from a picture. Class; body and part colour;
/// accessory, with its colour where the subject wears one; patch, with its colour where it has one; pattern where it has one.
/// </summary>
public static class SubjectFidelity
{
    /// <summary>A colour counts as read back below this distance in RGB (0 to 255 per channel).</summary>
    public const double ColourTolerance = 60;

    /// <summary>Scores every picture of a reading.</summary>
    public static IReadOnlyList<SubjectScore> Score(OracleReading reading, SubjectTruth truth)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(truth);
        return [.. Enumerable.Range(0, reading.Count).Select(picture => Score(reading, picture, truth))];
    }

    /// <summary>Scores one picture of a reading.</summary>
    public static SubjectScore Score(OracleReading reading, int picture, SubjectTruth truth)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(truth);
        return new SubjectScore(Attributes(reading, picture, truth));
    }

    private static Dictionary<string, bool> Attributes(OracleReading reading, int picture, SubjectTruth truth)
    {
        bool Near(string head, Rgb? colour) => colour is null || reading.Colour(head, picture).DistanceTo(colour.Value) < ColourTolerance;
        var seen = new Dictionary<string, bool>
        {
            ["class"] = reading.ClassOf(picture) == truth.Class,
            ["body"] = Near(OracleHeads.BodyRgb, truth.Body),
            ["part"] = Near(OracleHeads.PartRgb, truth.Part),
            ["accessory"] = reading.Value(OracleHeads.Accessory, picture) == truth.Accessory && Near(OracleHeads.AccessoryRgb, truth.AccessoryColour),
            ["patch"] = reading.HasPatch(picture) == truth.Patch.HasValue && Near(OracleHeads.PatchRgb, truth.Patch),
        };
        if (truth.Pattern != LabWords.None)
        {
            seen["pattern"] = reading.Value(OracleHeads.Pattern, picture) == truth.Pattern;
        }

        return seen;
    }
}
