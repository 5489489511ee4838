using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What each method learned at all: against the same model, untrained and asked for the class noun, by two judges that look for different things.</summary>
internal static class LearnedFinding
{
    // The attribute that no other member of the class shares, and the largest to see.
    private const string Body = "body";

    public static Finding? Of(RunIndex run)
    {
        var sentences = RunIndex.Methods.Select(arm => Sentence(run, arm)).OfType<string>().ToList();
        // Outside their world the judges prove nothing learned, and nothing not learned.
        return sentences.Count == 0 || !run.Run.Subject.InWorld
            ? null
            : new Finding("What each method learned, by two judges", $"Each is held against the same model, untrained and asked for \u201Ca {run.Run.Subject.ClassNoun}\u201D. {string.Join(" ", sentences)}");
    }

    private static string? Sentence(RunIndex run, string arm) =>
        run.Between(arm, ArmIds.Class, FamilyIds.Pooled) is { } attributes && run.Between(arm, ArmIds.Class, FamilyIds.Pooled, MetricIds.DinoImage) is { } dino
            ? Describe(run, arm, attributes, dino)
            : null;

    private static string Describe(RunIndex run, string arm, EffectRecord attributes, EffectRecord dino)
    {
        var title = run.ArmTitle(arm);
        var (read, recognised) = ($"attributes {Notation.Interval(attributes)}", $"DINO-I {Notation.Interval(dino)}");
        return (Direction(attributes), Direction(dino)) switch
        {
            (1, 1) => $"{title} learned the subject by both judges ({read}, {recognised}).",
            (0, 1) => $"{title} moved towards the subject ({recognised}) but not near enough for its attributes to be read back ({read}{BodyShares(run, arm)}).",
            (1, 0) => $"{title} draws the subject\u2019s attributes ({read}), yet is not recognised as the individual ({recognised}).",
            (0, 0) => $"{title} cannot be told from the untrained model by either judge ({read}, {recognised}).",
            (-1, -1) => $"{title} moved away from the subject by both judges ({read}, {recognised}).",
            (-1, _) => $"{title} has fewer of the subject\u2019s attributes read back than the untrained model ({read}); by the other judge: {recognised}{HoldsZero(dino)}.",
            _ => $"{title} is farther from the individual than the untrained model ({recognised}); by the other judge: {read}{HoldsZero(attributes)}.",
        };
    }

    private static int Direction(EffectRecord effect) => effect.ExcludesZero ? Math.Sign(effect.Difference) : 0;

    private static string HoldsZero(EffectRecord effect) => effect.ExcludesZero ? "" : ", which holds zero";

    private static string BodyShares(RunIndex run, string arm)
    {
        if (BodyShare(run, arm) is not { } own)
        {
            return "";
        }

        var untrained = BodyShare(run, ArmIds.Class) is { } plain ? $", in {Notation.Number(plain)} of the untrained model\u2019s" : "";
        return $"; {Body} read back in {Notation.Number(own)} of its pictures{untrained}";
    }

    private static double? BodyShare(RunIndex run, string arm)
    {
        var values = FamilyIds.Subject.SelectMany(family => run.Images(arm, family)).Where(image => image.Attributes.ContainsKey(Body)).Select(image => image.Attributes[Body]).ToList();
        return values.Count == 0 ? null : values.Average();
    }
}
