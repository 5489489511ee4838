using Diptych.Reports.Data;

namespace Diptych.Reports.Pictures;

/// <summary>Which pictures a page shows: chosen by a rule, never by hand.</summary>
internal static class Selection
{
    /// <summary>
    /// The typical row of a family: the context and latents at which the arms' subject fidelities lie nearest to their own means,
    /// so that the grid flatters nobody. The first of equals.
    /// </summary>
    public static Moment? Typical(RunIndex run, string family) => Shared(run, family)
        .Select((moment, order) => (moment, order, distance: Distance(run, family, moment)))
        .OrderBy(candidate => candidate.distance).ThenBy(candidate => candidate.order)
        .Select(candidate => candidate.moment).FirstOrDefault();

    /// <summary>Up to <paramref name="count"/> rows of a family, one from each context in turn.</summary>
    public static IReadOnlyList<Moment> Spread(RunIndex run, string family, int count) =>
    [
        .. Shared(run, family)
            .GroupBy(moment => moment.Context)
            .SelectMany(context => context.Select((moment, place) => (moment, place)))
            .OrderBy(entry => entry.place)
            .Select(entry => entry.moment)
            .Take(count),
    ];

    /// <summary>The picture of an arm at a moment, or null where it was not drawn.</summary>
    public static ImageRecord? At(RunIndex run, string arm, string family, Moment moment) =>
        run.Images(arm, family).FirstOrDefault(image => image.Context == moment.Context && image.SeedIndex == moment.SeedIndex);

    // Moments that the most arms drew: an arm that skips a family must not empty the row.
    private static List<Moment> Shared(RunIndex run, string family)
    {
        var drawn = run.Arms.SelectMany(arm => run.Images(arm.Id, family))
            .GroupBy(image => new Moment(image.Context, image.SeedIndex))
            .Select(group => (group.Key, Count: group.Count())).ToList();
        var most = drawn.Count == 0 ? 0 : drawn.Max(entry => entry.Count);
        return [.. drawn.Where(entry => entry.Count == most).Select(entry => entry.Key)];
    }

    private static double Distance(RunIndex run, string family, Moment moment) => run.Arms.Sum(arm =>
        At(run, arm.Id, family, moment)?.Metrics.GetValueOrDefault(MetricIds.SubjectFidelity) is { } value
        && run.Row(arm.Id, family, MetricIds.SubjectFidelity) is { } row
            ? Math.Abs(value - row.Value)
            : 0);
}
