using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>From measured pictures to the numbers of a report: means, paired differences, intervals, tests.</summary>
public static class CellSummary
{
    /// <summary>Everything of <c>rows.json</c>.</summary>
    /// <param name="images">The measured pictures.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="resamples">Bootstrap resamples.</param>
    public static SummaryRecord Summarize(IReadOnlyList<ImageRecord> images, long seed, int resamples = 10_000)
    {
        var cells = new Cells(images);
        return new SummaryRecord
        {
            Rows = Rows(images, seed, resamples),
            Pooled = Pooled(images, seed, resamples),
            PooledFamilies = cells.Metrics.ToDictionary(metric => metric, metric => (IReadOnlyList<string>)cells.PooledFamilies(metric)),
            Effects = Effects(images, ArmPair.Defaults, FamilyPair.Defaults, seed, resamples),
        };
    }

    /// <summary>Means by arm, family and measure; cells a measure does not apply to are left out.</summary>
    public static IReadOnlyList<RowRecord> Rows(IReadOnlyList<ImageRecord> images, long seed, int resamples = 10_000)
    {
        var cells = new Cells(images);
        return Rows(cells, cells.Families, cells.Of, seed, resamples);
    }

    /// <summary>Means by arm and measure over the subject families that every arm drew, each family counting alike.</summary>
    public static IReadOnlyList<RowRecord> Pooled(IReadOnlyList<ImageRecord> images, long seed, int resamples = 10_000)
    {
        var cells = new Cells(images);
        return Rows(cells, [FamilyIds.Pooled], (arm, _, metric) => cells.Pooled(arm, metric), seed, resamples);
    }

    /// <summary>Paired differences: arms within each family and pooled, partial against fuller prompts within each arm, and the interaction of the two.</summary>
    /// <param name="images">The measured pictures.</param>
    /// <param name="arms">Arms to compare; those that were not drawn are left out.</param>
    /// <param name="families">Partial prompts to hold against fuller ones; those without shared contexts are left out.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="resamples">Bootstrap resamples.</param>
    public static IReadOnlyList<EffectRecord> Effects(IReadOnlyList<ImageRecord> images, IReadOnlyList<ArmPair> arms, IReadOnlyList<FamilyPair> families, long seed, int resamples = 10_000)
    {
        var cells = new Cells(images);
        var list = new EffectList(new PairedBootstrap(seed, resamples), seed);
        foreach (var metric in cells.Metrics)
        {
            foreach (var pair in arms)
            {
                list.Add(EffectKind.Arms, FamilyIds.Pooled, null, metric, pair, Pairs.Subtract(cells.Pooled(pair.A, metric), cells.Pooled(pair.B, metric)));
                foreach (var family in cells.Families)
                {
                    list.Add(EffectKind.Arms, family, null, metric, pair, Pairs.Subtract(cells.Of(pair.A, family, metric), cells.Of(pair.B, family, metric)));
                }
            }

            foreach (var pair in families)
            {
                foreach (var arm in cells.Arms)
                {
                    list.Add(EffectKind.Families, pair.Family, pair.Reference, metric, new ArmPair(arm, arm), cells.Drop(arm, pair, metric));
                }

                foreach (var two in arms.Where(two => ArmIds.IsTrained(two.A) && ArmIds.IsTrained(two.B)))
                {
                    list.Add(EffectKind.Interaction, pair.Family, pair.Reference, metric, two, Pairs.Subtract(cells.Drop(two.A, pair, metric), cells.Drop(two.B, pair, metric)));
                }
            }
        }

        return PrimaryEndpoints.Correct(list.Measure());
    }

    private static List<RowRecord> Rows(Cells cells, IReadOnlyList<string> families, Func<string, string, string, IReadOnlyList<UnitValue>> values, long seed, int resamples)
    {
        var bootstrap = new PairedBootstrap(seed, resamples);
        var asked =
            from arm in cells.Arms
            from family in families
            from metric in cells.Metrics
            let units = values(arm, family, metric)
            where units.Count > 0
            select (arm, family, metric, units);
        return [.. asked.ToList().AsParallel().AsOrdered().Select(row =>
        {
            var (value, low, high, n) = bootstrap.Mean(row.units);
            return new RowRecord(row.arm, row.family, row.metric, value, low, high, n);
        })];
    }
}
