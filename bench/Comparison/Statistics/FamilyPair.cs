using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>A partial prompt and the fuller one it is held against: family minus reference.</summary>
/// <param name="Family">The partial prompt.</param>
/// <param name="Reference">The fuller one.</param>
public sealed record FamilyPair(string Family, string Reference)
{
    /// <summary>The comparisons a report makes, each between two families that both name a scene, or both do not.</summary>
    public static IReadOnlyList<FamilyPair> Defaults { get; } =
    [
        new(FamilyIds.NoPrefix, FamilyIds.FullInContext),
        new("F4", FamilyIds.Full),
        new("F5", FamilyIds.FullInContext),
        new(FamilyIds.IdentifierOnly, FamilyIds.FullInContext),
    ];
}
