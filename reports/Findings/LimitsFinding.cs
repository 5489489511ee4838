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
        return $"One subject, one training run for each method, {pictures}: the intervals cover prompts and sampling noise, not other subjects or training seeds.{Judge(run.Run.Ceilings)}{Copying(run.Run.Subject)}";
    }

    private static string Copying(SubjectRecord subject) => subject.HeldOut.Count > 0
        ? ""
        : " No picture of the subject was kept from training, so likeness to the photos also rewards copying them.";

    private static string Judge(CeilingRecord ceilings)
    {
        if (ceilings.HeldOut is not { } real)
        {
            return "";
        }

        var parts = new List<string> { $"{Notation.Number(real)} on real pictures of the subject" };
        if (ceilings.RoundTrip is { } trip)
        {
            parts.Add($"{Notation.Number(trip)} after the autoencoder has seen them");
        }

        if (ceilings.LookAlike is { } floor)
        {
            parts.Add($"{Notation.Number(floor)} on others of its class");
        }

        return $" The judge is not perfect either: it gives {Notation.Words(parts)}, and every score is to be read within that range.";
    }
}
