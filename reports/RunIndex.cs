using Diptych.Reports.Data;

namespace Diptych.Reports;

/// <summary>A run's numbers and pictures by name.</summary>
internal sealed class RunIndex(RunFolder folder)
{
    private readonly Dictionary<(string, string, string), RowRecord> _rows =
        folder.Summary.Rows.Concat(folder.Summary.Pooled).GroupBy(row => (row.Arm, row.Family, row.Metric)).ToDictionary(group => group.Key, group => group.First());

    private readonly Dictionary<(string, string), List<ImageRecord>> _images =
        folder.Images.GroupBy(image => (image.Arm, image.Family)).ToDictionary(group => group.Key, group => group.ToList());

    public RunFolder Folder { get; } = folder;

    public RunRecord Run { get; } = folder.Run;

    /// <summary>Arms that drew pictures, in the report's order.</summary>
    public IReadOnlyList<ArmRecord> Arms { get; } =
        [.. folder.Run.Arms.Where(arm => folder.Images.Any(image => image.Arm == arm.Id)).OrderBy(arm => ArmIds.Order(arm.Id))];

    /// <summary>Families that were drawn, in the run's order.</summary>
    public IReadOnlyList<FamilyRecord> Families { get; } =
        [.. folder.Run.Families.Where(family => folder.Images.Any(image => image.Family == family.Id))];

    /// <summary>The methods in the order in which findings tell of them.</summary>
    public static IReadOnlyList<string> Methods { get; } = [ArmIds.DreamBooth, ArmIds.DreamBoothPrior, ArmIds.TextualInversion];

    /// <summary>Families behind the pooled means of a measure.</summary>
    public IReadOnlyList<string> PooledFamilies(string metric = MetricIds.SubjectFidelity) => Folder.Summary.PooledFamilies.GetValueOrDefault(metric) ?? FamilyIds.Subject;

    /// <summary>What a judge gives real pictures of the subject, and others of its class; null where it was not asked.</summary>
    public (double? Real, double? LookAlike) Range(string metric) => metric switch
    {
        MetricIds.SubjectFidelity => (Run.Ceilings.HeldOut, Run.Ceilings.LookAlike),
        MetricIds.DinoImage => (Run.Ceilings.HeldOutDino, Run.Ceilings.LookAlikeDino),
        _ => (null, null),
    };

    public RowRecord? Row(string arm, string family, string metric) => _rows.GetValueOrDefault((arm, family, metric));

    public IReadOnlyList<ImageRecord> Images(string arm, string family) => _images.GetValueOrDefault((arm, family)) ?? [];

    public string ArmTitle(string id) => Run.Arms.FirstOrDefault(arm => arm.Id == id)?.Title ?? id;

    /// <summary>Arm A minus arm B in a family.</summary>
    public EffectRecord? Between(string armA, string armB, string family, string metric = MetricIds.SubjectFidelity) =>
        Find(EffectKind.Arms, family, null, armA, armB, metric);

    /// <summary>A partial prompt against a fuller one within an arm.</summary>
    public EffectRecord? Drop(string arm, string family, string reference, string metric = MetricIds.SubjectFidelity) =>
        Find(EffectKind.Families, family, reference, arm, arm, metric);

    /// <summary>The drop in arm A minus the drop in arm B.</summary>
    public EffectRecord? Interaction(string armA, string armB, string family, string reference, string metric = MetricIds.SubjectFidelity) =>
        Find(EffectKind.Interaction, family, reference, armA, armB, metric);

    private EffectRecord? Find(EffectKind kind, string family, string? reference, string armA, string armB, string metric) =>
        Folder.Summary.Effects.FirstOrDefault(effect => effect.Kind == kind && effect.Family == family && effect.ReferenceFamily == reference
            && effect.ArmA == armA && effect.ArmB == armB && effect.Metric == metric);
}
