using System.Diagnostics;

namespace Diptych.Comparison;

/// <summary>
/// Estimates the time a comparison still takes: each stage is given its cost relative to the others, and the pace so far scales what is left.
/// </summary>
internal sealed class WorkPlan(IReadOnlyList<(string Name, int Units, double CostPerUnit)> stages, Action<ComparisonProgress>? report)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _totalCost = stages.Sum(s => s.Units * s.CostPerUnit);
    private TimeSpan _stageBegan;
    private double _costBefore;
    private int _stage = -1;

    public void Begin(string name)
    {
        if (_stage >= 0)
        {
            _costBefore += stages[_stage].Units * stages[_stage].CostPerUnit;
        }

        _stage++;
        Debug.Assert(stages[_stage].Name == name, "Stages are begun in the order they were planned.");
        _stageBegan = _clock.Elapsed;
        Report(0);
    }

    public void Report(int done)
    {
        var (name, units, cost) = stages[_stage];
        var spent = _costBefore + Math.Min(done, units) * cost;
        var inStage = (_clock.Elapsed - _stageBegan).TotalSeconds;
        var remaining = spent > 0 ? TimeSpan.FromSeconds(_clock.Elapsed.TotalSeconds / spent * (_totalCost - spent)) : TimeSpan.Zero;
        report?.Invoke(new ComparisonProgress(name, _stage + 1, stages.Count, done, units, inStage > 0 ? done / inStage : 0, remaining));
    }
}
