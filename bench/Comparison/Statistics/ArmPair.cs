using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>Two arms to compare: A minus B.</summary>
/// <param name="A">Arm from which is subtracted.</param>
/// <param name="B">Arm subtracted.</param>
public sealed record ArmPair(string A, string B)
{
    /// <summary>The comparisons a report makes.</summary>
    public static IReadOnlyList<ArmPair> Defaults { get; } =
    [
        new(ArmIds.DreamBooth, ArmIds.TextualInversion),
        new(ArmIds.DreamBooth, ArmIds.Base),
        new(ArmIds.DreamBooth, ArmIds.Words),
        new(ArmIds.DreamBooth, ArmIds.Class),
        new(ArmIds.TextualInversion, ArmIds.Base),
        new(ArmIds.TextualInversion, ArmIds.Class),
        new(ArmIds.TextualInversion, ArmIds.Words),
        new(ArmIds.DreamBoothPrior, ArmIds.DreamBooth),
        new(ArmIds.DreamBoothPrior, ArmIds.TextualInversion),
        new(ArmIds.DreamBoothPrior, ArmIds.Base),
        new(ArmIds.DreamBoothPrior, ArmIds.Class),
    ];
}
