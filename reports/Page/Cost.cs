using Diptych.Reports.Charts;
using Diptych.Reports.Data;

namespace Diptych.Reports.Page;

/// <summary>What each method cost, and how its training went.</summary>
internal static class Cost
{
    public static string Html(RunIndex run)
    {
        var trained = run.Arms.Where(arm => arm.Steps > 0).ToList();
        if (trained.Count == 0)
        {
            return "";
        }

        var rows = trained.Select(arm => $"<tr><th scope=\"row\">{Markup.Swatch(arm.Id)}{Markup.Text(arm.Title)}</th><td>{Notation.Count(arm.Steps)}</td><td>{Notation.Duration(arm.Seconds)}</td><td>{Notation.Decimal(arm.MillisecondsPerStep)} ms</td><td>{Notation.Count(arm.TrainedParameters)}</td><td>{Notation.Bytes(arm.ArtifactBytes)}</td></tr>");
        var table = "<div class=\"scroll\"><table class=\"numbers plain\"><thead><tr><th scope=\"col\">method</th><th scope=\"col\">steps</th><th scope=\"col\">time</th><th scope=\"col\">a step</th><th scope=\"col\">trained numbers</th><th scope=\"col\">to keep</th></tr></thead>"
            + $"<tbody>{string.Concat(rows)}</tbody></table></div>";
        var notes = trained.SelectMany(Notes).ToList();
        var list = notes.Count == 0 ? "" : $"<ul class=\"notes\">{string.Concat(notes.Select(note => $"<li>{Markup.Text(note)}</li>"))}</ul>";
        var chart = LossChart.Draw(run, "loss", "Training loss over optimizer steps");
        var figure = chart is null ? "" : $"<h3>Training loss</h3>{PageFrame.Legend(trained)}{PageFrame.Figure(chart, "Faint: every step. Bold: running mean. Each step draws its own noise and timesteps, so the loss says that training went on, not how good the subject is.")}";
        return PageFrame.Section("cost", "What it cost", $"On {run.Run.Machine.Cpu}, {run.Run.Machine.Cores} cores, {run.Run.Machine.Device}.", table + list + figure);
    }

    private static IEnumerable<string> Notes(ArmRecord arm)
    {
        if (arm.LearnedRowNorm is { } learned && arm.TypicalRowNorm is { } typical)
        {
            var ratio = typical > 0 ? $", {Notation.Decimal(learned / typical)} times as long" : "";
            yield return $"{arm.Title}: the learned row has norm {Notation.Number(learned)} where a typical row of the vocabulary has {Notation.Number(typical)}{ratio}.";
        }

        foreach (var note in arm.Notes)
        {
            yield return $"{arm.Title}: {note}";
        }
    }
}
