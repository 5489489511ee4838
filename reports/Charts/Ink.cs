using Diptych.Reports.Data;

namespace Diptych.Reports.Charts;

/// <summary>
/// A colour of the page: in a chart it is drawn as a stand-in value and then becomes the style sheet's variable,
/// so that one chart serves light and dark pages and paper.
/// </summary>
/// <param name="StandIn">Hex colour drawn by the plotting library; each ink has its own.</param>
/// <param name="Variable">Name of the style sheet's variable.</param>
/// <param name="Print">The colour on white, for PNG sheets.</param>
internal sealed record Ink(string StandIn, string Variable, string Print)
{
    public static Ink Line { get; } = new("#0A0B01", "--line", "#E3E0D9");

    public static Ink Axis { get; } = new("#0A0B02", "--muted", "#626974");

    public static Ink Base { get; } = new("#0A0B03", "--arm-base", "#7B818B");

    public static Ink Words { get; } = new("#0A0B04", "--arm-words", "#B5629B");

    public static Ink TextualInversion { get; } = new("#0A0B05", "--arm-ti", "#0072B2");

    public static Ink DreamBooth { get; } = new("#0A0B06", "--arm-db", "#D55E00");

    public static Ink DreamBoothPrior { get; } = new("#0A0B07", "--arm-db-prior", "#00875F");

    public static Ink Class { get; } = new("#0A0B08", "--arm-class", "#8A6D00");

    public static IReadOnlyList<Ink> All { get; } = [Line, Axis, Base, Class, Words, TextualInversion, DreamBooth, DreamBoothPrior];

    public static Ink Of(string arm) => arm switch
    {
        ArmIds.Base => Base,
        ArmIds.Class => Class,
        ArmIds.Words => Words,
        ArmIds.TextualInversion => TextualInversion,
        ArmIds.DreamBooth => DreamBooth,
        ArmIds.DreamBoothPrior => DreamBoothPrior,
        _ => Axis,
    };
}
