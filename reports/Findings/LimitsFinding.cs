using Diptych.Reports.Data;

namespace Diptych.Reports.Findings;

/// <summary>What the run cannot say.</summary>
internal static class LimitsFinding
{
    public static string Text(RunIndex run)
    {
        var counts = run.Folder.Summary.Rows.Where(row => row.Metric == MetricIds.SubjectFidelity).Select(row => row.N).Distinct().Order().ToList();
        var pictures = counts.Count switch
        {
            0 => "no measured pictures",
            1 => $"{counts[0]} pictures a cell",
            _ => $"{counts[0]} to {counts[^1]} pictures a cell",
        };
        return $"One subject, one training run for each method, {pictures}: the intervals cover prompts and sampling noise, not other subjects or training seeds.{Recipes(run)}{Judges(run.Run.Ceilings)}{Copying(run.Run.Subject)}";
    }

    private static string Copying(SubjectRecord subject) => subject.HeldOut.Count > 0
        ? ""
        : " No picture of the subject was kept from training, so likeness to the photos also rewards copying them.";

    private static string Recipes(RunIndex run) => run.Arms.Count(arm => arm.Id is ArmIds.TextualInversion or ArmIds.DreamBooth) < 2
        ? ""
        : $" {run.ArmTitle(ArmIds.TextualInversion)} learned from many wordings, {run.ArmTitle(ArmIds.DreamBooth)} from one; one number of steps and one learning rate each, "
            + "not chosen on separate prompts: the difference is between these recipes, not proof of where the subject is stored.";

    private static string Judges(CeilingRecord ceilings)
    {
        List<string> judges =
        [
            .. Figures("attributes read back", ceilings.HeldOut, ceilings.RoundTrip, ceilings.LookAlike),
            .. Figures("DINO-I", ceilings.HeldOutDino, ceilings.RoundTripDino, ceilings.LookAlikeDino),
        ];
        return judges.Count == 0 ? "" : $" What the judges give pictures that no method drew: {string.Join("; ", judges)}.";
    }

    // None or one.
    private static IEnumerable<string> Figures(string judge, double? real, double? trip, double? others)
    {
        (double? Value, string Pictures)[] all = [(real, "on real pictures of the subject"), (trip, "after the autoencoder has seen them"), (others, "on others of its class")];
        var figures = all.Where(figure => figure.Value is not null).Select(figure => $"{Notation.Number(figure.Value!.Value)} {figure.Pictures}").ToList();
        if (figures.Count > 0)
        {
            yield return $"{judge} {Notation.Words(figures)}";
        }
    }
}
