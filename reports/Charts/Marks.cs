using Diptych.Reports.Data;
using ScottPlot;

namespace Diptych.Reports.Charts;

/// <summary>The mark of each arm: a shape as well as a colour, so that colour is never needed to tell them apart.</summary>
internal static class Marks
{
    public static MarkerShape Of(string arm) => arm switch
    {
        ArmIds.Base => MarkerShape.OpenCircle,
        ArmIds.Class => MarkerShape.OpenSquare,
        ArmIds.Words => MarkerShape.FilledSquare,
        ArmIds.TextualInversion => MarkerShape.FilledCircle,
        ArmIds.DreamBooth => MarkerShape.FilledDiamond,
        ArmIds.DreamBoothPrior => MarkerShape.FilledTriangleUp,
        _ => MarkerShape.OpenDiamond,
    };

    public static float Size(string arm) => arm switch
    {
        ArmIds.Base => 8,
        ArmIds.Class or ArmIds.Words => 7.5f,
        ArmIds.DreamBooth => 11,
        ArmIds.DreamBoothPrior => 10,
        _ => 9,
    };
}
