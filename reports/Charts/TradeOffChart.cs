using Diptych.Reports.Data;

namespace Diptych.Reports.Charts;

/// <summary>Subject fidelity against prompt fidelity: a cross of two intervals for each arm, a small mark for each family.</summary>
internal static class TradeOffChart
{
    public static string? Draw(RunIndex run, string id, string label)
    {
        var arms = run.Arms
            .Select(arm => (arm.Id, Subject: run.Row(arm.Id, FamilyIds.Pooled, MetricIds.SubjectFidelity), Prompt: run.Row(arm.Id, FamilyIds.Pooled, MetricIds.PromptFidelity)))
            .Where(arm => arm.Subject is not null && arm.Prompt is not null).ToList();
        if (arms.Count == 0)
        {
            return null;
        }

        var bottom = Math.Floor(Lowest(run) * 5) / 5;
        var frame = new ChartFrame(760, 430, 46, 18, 18, 46, 0, 1.02, Math.Min(bottom, 0.8), 1.02);
        using var canvas = new ChartCanvas(frame);
        Axes(canvas, frame);
        foreach (var (arm, subject, prompt) in arms)
        {
            var ink = Ink.Of(arm);
            foreach (var family in run.Families.Where(family => FamilyIds.Subject.Contains(family.Id)))
            {
                if (run.Row(arm, family.Id, MetricIds.SubjectFidelity) is { } x && run.Row(arm, family.Id, MetricIds.PromptFidelity) is { } y)
                {
                    canvas.Mark(ink, x.Value, y.Value, Marks.Of(arm), Marks.Size(arm) * 0.55f, 0.55);
                }
            }

            canvas.Line(ink, subject!.Low, prompt!.Value, subject.High, prompt.Value, 2);
            canvas.Line(ink, subject.Value, prompt.Low, subject.Value, prompt.High, 2);
            canvas.Mark(ink, subject.Value, prompt.Value, Marks.Of(arm), Marks.Size(arm) * 1.35f);
        }

        return canvas.ToSvg(id, label);
    }

    private static double Lowest(RunIndex run) => run.Folder.Summary.Rows.Concat(run.Folder.Summary.Pooled)
        .Where(row => row.Metric == MetricIds.PromptFidelity)
        .Select(row => row.Family == FamilyIds.Pooled ? row.Low : row.Value)
        .DefaultIfEmpty(0).Min();

    private static void Axes(ChartCanvas canvas, ChartFrame frame)
    {
        foreach (var tick in Ticks.Within(0, 1, 5))
        {
            canvas.Line(Ink.Line, tick, frame.Y0, tick, frame.Y1, 1);
            canvas.Text(tick, frame.Y0, Notation.Decimal(tick), "tick middle", down: 18);
        }

        foreach (var tick in Ticks.Within(frame.Y0, 1, 5))
        {
            canvas.Line(Ink.Line, frame.X0, tick, frame.X1, tick, 1);
            canvas.Text(frame.X0, tick, tick.ToString("0.0#", System.Globalization.CultureInfo.InvariantCulture), "tick end", right: -8, down: 4);
        }

        canvas.TextAt(frame.Width - frame.Right, frame.Height - 8, "subject fidelity \u2192", "axis end");
        canvas.TextAt(frame.Left + 6, frame.Top + 14, "\u2191 prompt fidelity", "axis");
    }
}
