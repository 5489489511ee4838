using System.Globalization;

namespace Diptych.Reports.Charts;

/// <summary>Training losses over steps: every step faintly, a running mean on top.</summary>
internal static class LossChart
{
    public static string? Draw(RunIndex run, string id, string label)
    {
        var curves = run.Arms.Where(arm => run.Folder.Training.TryGetValue(arm.Id, out var points) && points.Count > 1)
            .Select(arm => (arm.Id, Points: run.Folder.Training[arm.Id])).ToList();
        if (curves.Count == 0)
        {
            return null;
        }

        var steps = curves.Max(curve => curve.Points[^1].Step);
        // A few wild first losses would flatten all others.
        var losses = curves.SelectMany(curve => curve.Points.Select(point => point.Loss)).Where(double.IsFinite).Order().ToList();
        var top = losses.Count == 0 ? 1 : Math.Max(losses[(int)(0.995 * (losses.Count - 1))] * 1.1, 1e-6);
        var frame = new ChartFrame(760, 330, 46, 18, 18, 46, 0, steps * 1.01, 0, top);
        using var canvas = new ChartCanvas(frame);
        foreach (var tick in Ticks.Within(0, top, 5))
        {
            canvas.Line(Ink.Line, frame.X0, tick, frame.X1, tick, 1);
            canvas.Text(frame.X0, tick, tick.ToString("0.###", CultureInfo.InvariantCulture), "tick end", right: -8, down: 4);
        }

        foreach (var tick in Ticks.Within(0, steps, 6))
        {
            canvas.Text(tick, 0, Notation.Count((long)tick), "tick middle", down: 18);
        }

        foreach (var (arm, points) in curves)
        {
            var xs = points.Select(point => (double)point.Step).ToList();
            var ys = points.Select(point => double.IsFinite(point.Loss) ? Math.Min(point.Loss, top) : top).ToList();
            canvas.Curve(Ink.Of(arm), xs, ys, 1, 0.22);
            canvas.Curve(Ink.Of(arm), xs, Smooth(ys), 2.4f, 1);
        }

        canvas.TextAt(frame.Width - frame.Right, frame.Height - 8, "optimizer steps \u2192", "axis end");
        return canvas.ToSvg(id, label);
    }

    // An exponential mean over a twentieth of the curve, corrected for its start (as Adam corrects its moments).
    private static double[] Smooth(List<double> values)
    {
        var keep = 1 - (1 / Math.Max(1.0, values.Count / 20.0));
        double mean = 0, weight = 0;
        return [.. values.Select(value =>
        {
            mean = (keep * mean) + ((1 - keep) * value);
            weight = (keep * weight) + (1 - keep);
            return mean / weight;
        })];
    }
}
