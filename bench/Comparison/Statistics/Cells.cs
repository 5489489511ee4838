using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>The measured values of a run by arm, family and measure.</summary>
internal sealed class Cells
{
    private readonly Dictionary<(string Arm, string Family, string Metric), List<UnitValue>> _cells = [];

    public Cells(IEnumerable<ImageRecord> images)
    {
        foreach (var image in images)
        {
            AddOnce(Arms, image.Arm);
            AddOnce(Families, image.Family);
            foreach (var (metric, value) in image.Metrics)
            {
                AddOnce(Metrics, metric);
                if (value is { } measured)
                {
                    var key = (image.Arm, image.Family, metric);
                    if (!_cells.TryGetValue(key, out var cell))
                    {
                        _cells[key] = cell = [];
                    }

                    cell.Add(new UnitValue(image.Family, image.Context, image.SeedIndex, measured));
                }
            }
        }

        Arms.Sort((a, b) => ArmIds.Order(a).CompareTo(ArmIds.Order(b)));
    }

    public List<string> Arms { get; } = [];

    /// <summary>Families in the order in which they were drawn.</summary>
    public List<string> Families { get; } = [];

    public List<string> Metrics { get; } = [];

    /// <summary>Values of one cell; empty where the measure does not apply.</summary>
    public IReadOnlyList<UnitValue> Of(string arm, string family, string metric) => _cells.GetValueOrDefault((arm, family, metric)) ?? [];

    /// <summary>Subject families measured in every arm: pooled means of two arms must stand on the same families.</summary>
    public List<string> PooledFamilies(string metric) =>
        [.. Families.Where(family => FamilyIds.Subject.Contains(family) && Arms.All(arm => Of(arm, family, metric).Count > 0))];

    public List<UnitValue> Pooled(string arm, string metric) => [.. PooledFamilies(metric).SelectMany(family => Of(arm, family, metric))];

    /// <summary>A partial prompt's values minus the fuller prompt's, on shared contexts and latents.</summary>
    public IReadOnlyList<UnitValue> Drop(string arm, FamilyPair pair, string metric) =>
        Pairs.Subtract(Regrouped(arm, pair.Family, metric), Regrouped(arm, pair.Reference, metric));

    private UnitValue[] Regrouped(string arm, string family, string metric) =>
        [.. Of(arm, family, metric).Select(unit => unit with { Group = "" })];

    private static void AddOnce(List<string> list, string item)
    {
        if (!list.Contains(item))
        {
            list.Add(item);
        }
    }
}
