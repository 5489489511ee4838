using System.Diagnostics;
using Diptych.Common.Cuda;

namespace Diptych.StepTiming;

/// <summary>Times our step on a GPU with every lever, with each left out, and with none: what each is worth beside the others.</summary>
public static class LeverTimer
{
    /// <summary>Every lever, each left out, none.</summary>
    public static IReadOnlyList<GpuLevers> Variants { get; } =
        [GpuLevers.All, .. Enum.GetValues<GpuLevers>().Where(lever => lever is not (GpuLevers.None or GpuLevers.All)).Select(lever => GpuLevers.All & ~lever), GpuLevers.None];

    /// <summary>Measures one variant: warm-up, then rounds of steps with one wait for the device at the end of each.</summary>
    /// <param name="method">ti or db.</param>
    /// <param name="setup">Model, photos, batch, precision.</param>
    /// <param name="levers">The levers in use.</param>
    /// <param name="plan">How many steps.</param>
    /// <param name="progress">Told what is going on, done and total.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public static LeverRow Measure(string method, StepSetup setup, GpuLevers levers, LeverPlan plan, Action<string, int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(plan);
        Gpu.Levers = levers;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var step = OwnStep.Of(method, setup);
        var off = new PhaseClock(setup.Device, isOn: false);
        var name = setup.Use8BitAdam ? $"{levers}; moments as bytes" : $"{levers}";
        var (done, total) = (0, plan.WarmUp + (plan.Rounds * plan.Steps));
        void Take(int count)
        {
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                step.Run(done++, off);
                progress?.Invoke($"{method} batch {setup.BatchSize}, {name}", done, total);
            }

            PhaseClock.Wait(setup.Device);
        }

        Take(plan.WarmUp);
        var rounds = new List<double>();
        for (var round = 0; round < plan.Rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            Take(plan.Steps);
            rounds.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds / plan.Steps);
        }

        return new LeverRow(method, setup.BatchSize, setup.Resolution, name, rounds.Order().ElementAt(rounds.Count / 2), rounds, GpuMemory.UsedMb(), step.MeanLoss);
    }
}
