using System.Diagnostics;
using Diptych.Common.Runtime;
using TorchSharp;

namespace Diptych.StepTiming;

/// <summary>Times pairs of steps: a script-shaped one and ours, on the same model, photos and machine, in turns where both fit into memory, otherwise one right after the other.</summary>
public static class StepTimer
{
    /// <summary>Two trainings of more beside each other, with gradients and moments, are for large machines.</summary>
    internal const long MostParametersInTurns = 64_000_000;

    // Steps of a tenth of a second: with 15 of each, one median lay up to a fifth from the next; with 60, up to a tenth.
    private const int StepsInTurns = 60;
    private const int StepsAlone = 15;

    /// <summary>Measures one pair.</summary>
    /// <param name="name">The shape's name, for the row.</param>
    /// <param name="method">ti or db.</param>
    /// <param name="setup">Model, photos, batch, precision.</param>
    /// <param name="asked">Timed steps of each, whose median counts; null for 60 where both take turns, otherwise 15.</param>
    /// <param name="ceiling">What the machine can do in our step's precision.</param>
    /// <param name="progress">Told what is going on, done and total.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public static StepTimingRow Measure(
        string name, string method, StepSetup setup, int? asked, MachineCeiling ceiling, Action<string, int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(ceiling);
        ITimedStep Script() => method == "ti" ? new ScriptTextualInversion(setup) : new ScriptDreamBooth(setup);
        ITimedStep Own() => OwnStep.Of(method, setup);
        var (flops, parameters) = Sizes(setup);
        var takeTurns = parameters <= MostParametersInTurns;
        var steps = asked ?? (takeTurns ? StepsInTurns : StepsAlone);
        // Memory, phases and launches one after the other, so that none is the other's.
        var script = Side($"{name} {method}, script-shaped", Script, setup, takeTurns ? 1 : steps, progress, cancellation);
        var ours = Side($"{name} {method}, ours", Own, setup, takeTurns ? 1 : steps, progress, cancellation);
        if (takeTurns)
        {
            var (ofScript, own) = InTurns($"{name} {method}, in turns", Script, Own, setup, steps, progress, cancellation);
            (script, ours) = (script with { Milliseconds = ofScript }, ours with { Milliseconds = own });
        }

        var operations = setup.BatchSize * (method == "ti" ? flops.TextualInversion : flops.DreamBooth);
        return new StepTimingRow
        {
            Shape = name, Method = method, Batch = setup.BatchSize, Precision = setup.Precision.On(setup.Device) == MixedPrecision.No ? "fp32" : "bf16", Resolution = setup.Resolution,
            BaselineMs = script.Milliseconds, OursMs = ours.Milliseconds, Ratio = ours.Milliseconds / script.Milliseconds,
            Gflop = operations / 1e9, FloorShare = operations / 1e6 / ceiling.Gflops / ours.Milliseconds,
            BaselinePeakMb = script.PeakMb, PeakMb = ours.PeakMb, Phases = ours.Phases, BaselinePhases = script.Phases,
            Tensors = ours.Tensors, BaselineTensors = script.Tensors, AllocatedBytes = ours.Allocated, BaselineAllocatedBytes = script.Allocated,
            Loss = ours.Loss, BaselineLoss = script.Loss,
        };
    }

    private static (StepFlops Flops, long Parameters) Sizes(StepSetup setup)
    {
        using var sd = setup.LoadModel();
        return (StepFlops.Of(sd.UNet.Config, setup.Resolution / sd.Vae.Config.DownscaleFactor, sd.Tokenizer.MaxLength), sd.UNet.parameters().Sum(parameter => parameter.numel()));
    }

    // A few steps of one, then as many of the other: clock and memory of a shared machine change within a minute, and then do so for both.
    private static (double Script, double Ours) InTurns(
        string what, Func<ITimedStep> makeScript, Func<ITimedStep> makeOurs, StepSetup setup, int steps, Action<string, int, int>? progress, CancellationToken cancellation)
    {
        // The first of a turn find threads, their memory and caches as the other left them: ours, whose threads begin anew, takes three.
        const int Settling = 3;
        const int Turn = 6;
        using var script = makeScript();
        using var ours = makeOurs();
        ITimedStep[] sides = [script, ours];
        List<double>[] times = [[], []];
        var (off, taken) = (new PhaseClock(setup.Device, isOn: false), 0);
        while (times[0].Count < steps)
        {
            foreach (var (step, of) in sides.Zip(times))
            {
                for (var i = 0; i < Settling + Turn; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var time = Time(step, taken + i, off, setup.Device);
                    if (i >= Settling)
                    {
                        of.Add(time);
                    }
                }

                step.Rest();
            }

            taken += Settling + Turn;
            progress?.Invoke(what, Math.Min(times[0].Count, steps), steps);
        }

        return (Median(times[0]), Median(times[1]));
    }

    private static double Time(ITimedStep step, int number, PhaseClock off, TorchSharp.torch.Device device)
    {
        var begin = Stopwatch.GetTimestamp();
        step.Run(number, off);
        PhaseClock.Wait(device);
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }

    private static SideResult Side(string what, Func<ITimedStep> make, StepSetup setup, int steps, Action<string, int, int>? progress, CancellationToken cancellation)
    {
        const int Phased = 5;
        GC.Collect();
        ResidentMemory.Forget();
        using var step = make();
        var off = new PhaseClock(setup.Device, isOn: false);
        var times = new List<double>();
        long tensors = 0, allocated = 0;
        var warmUp = WarmUp(step, off, setup.Device, () => progress?.Invoke(what, 0, steps + Phased), cancellation);
        for (var i = 0; i < steps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (made, managed) = (TensorsMade(), GC.GetAllocatedBytesForCurrentThread());
            times.Add(Time(step, warmUp + i, off, setup.Device));
            (tensors, allocated) = (TensorsMade() - made, GC.GetAllocatedBytesForCurrentThread() - managed);
            progress?.Invoke(what, i + 1, steps + Phased);
        }

        var clock = new PhaseClock(setup.Device, isOn: true);
        for (var i = 0; i < Phased; i++)
        {
            step.Run(warmUp + steps + i, clock);
            progress?.Invoke(what, steps + i + 1, steps + Phased);
        }

        return new SideResult(
            Median(times), clock.Milliseconds.ToDictionary(phase => phase.Key.ToString().ToLowerInvariant(), phase => phase.Value / Phased), ResidentMemory.Peak / 1e6, tensors, allocated,
            step.MeanLoss);
    }

    // Three steps, and of short ones so many that .NET has compiled what they run in for good: until then its compiler has one of the cores.
    private static int WarmUp(ITimedStep step, PhaseClock off, TorchSharp.torch.Device device, Action report, CancellationToken cancellation)
    {
        const int Least = 3;
        const int Most = 80;
        var (enough, begin) = (TimeSpan.FromSeconds(6), Stopwatch.GetTimestamp());
        var done = 0;
        while (done < Least || (done < Most && Stopwatch.GetElapsedTime(begin) < enough))
        {
            cancellation.ThrowIfCancellationRequested();
            step.Run(done++, off);
            PhaseClock.Wait(device);
            report();
        }

        return done;
    }

    private static long TensorsMade()
    {
        var made = DisposeScopeManager.Statistics.TensorStatistics;
        return made.CreatedInScopeCount + made.CreatedOutsideScopeCount;
    }

    private sealed record SideResult(double Milliseconds, IReadOnlyDictionary<string, double> Phases, double PeakMb, long Tensors, long Allocated, double Loss);
}
