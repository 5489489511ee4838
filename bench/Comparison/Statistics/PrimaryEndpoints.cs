using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>The questions fixed before a run, over which Holm's correction is taken.</summary>
internal static class PrimaryEndpoints
{
    public static IReadOnlyList<EffectRecord> Correct(IReadOnlyList<EffectRecord> effects)
    {
        var primary = Enumerable.Range(0, effects.Count).Where(i => effects[i].P is not null).ToList();
        var corrected = MultipleTests.Holm([.. primary.Select(i => effects[i].P!.Value)]);
        var result = effects.ToArray();
        for (var i = 0; i < primary.Count; i++)
        {
            result[primary[i]] = effects[primary[i]] with { PHolm = corrected[i] };
        }

        return result;
    }

    public static bool Include(EffectRecord effect) => effect switch
    {
        // Which method gives more often the picture that was wanted, subject and prompt both.
        { Metric: MetricIds.JointSuccess, Kind: EffectKind.Arms, Family: FamilyIds.Pooled, ArmA: ArmIds.DreamBooth, ArmB: ArmIds.TextualInversion } => true,
        { Metric: not MetricIds.SubjectFidelity } => false,
        // Which method keeps the subject, and which leaks it into the class word; what prior preservation does to the leak.
        { Kind: EffectKind.Arms, Family: FamilyIds.Pooled or FamilyIds.ClassOnly, ArmA: ArmIds.DreamBooth, ArmB: ArmIds.TextualInversion } => true,
        { Kind: EffectKind.Arms, Family: FamilyIds.ClassOnly, ArmA: ArmIds.DreamBoothPrior, ArmB: ArmIds.DreamBooth } => true,
        // The central case: what dropping the prompt's beginning costs each method, and whether it costs one more than the other.
        { Kind: EffectKind.Families, Family: FamilyIds.NoPrefix, ReferenceFamily: FamilyIds.FullInContext, ArmA: ArmIds.TextualInversion or ArmIds.DreamBooth or ArmIds.DreamBoothPrior } => true,
        { Kind: EffectKind.Interaction, Family: FamilyIds.NoPrefix, ReferenceFamily: FamilyIds.FullInContext, ArmA: ArmIds.DreamBooth, ArmB: ArmIds.TextualInversion } => true,
        _ => false,
    };
}
