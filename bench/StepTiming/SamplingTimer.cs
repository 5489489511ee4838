using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;

namespace Diptych.StepTiming;

/// <summary>
/// Times drawing: DDIM with guidance, several pictures at once, text encoder and decoder included. The baseline is what a script around the reference's
/// pipeline does, everything in fp32; ours as many steps from the same noise, of as many pictures at once as a comparison draws.
/// </summary>
public static class SamplingTimer
{
    private const double Guidance = 4;

    /// <summary>Measures one pair; times are milliseconds a picture.</summary>
    /// <param name="name">The shape's name, for the row.</param>
    /// <param name="setup">Model, batch, precision.</param>
    /// <param name="steps">Sampler steps.</param>
    /// <param name="rounds">Timed batches of each; their median counts.</param>
    /// <param name="ceiling">What the machine can do in our precision.</param>
    /// <param name="progress">Told what is going on, done and total.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static StepTimingRow Measure(
        string name, StepSetup setup, int steps, int rounds, MachineCeiling ceiling, Action<string, int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(ceiling);
        var options = new GenerationOptions { Sampler = SamplerKind.Ddim, Steps = steps, GuidanceScale = Guidance, BatchSize = setup.BatchSize, Height = setup.Resolution, Width = setup.Resolution };
        var precision = setup.Precision.On(setup.Device);
        var mixed = options with { MixedPrecision = precision };
        TimedDrawing Script() => new(setup, new ModelOptions(), _ => options, isOurs: false);
        TimedDrawing Own() => new(setup, new ModelOptions().WithFrozenUNet(precision, setup.Device), sd => mixed with { BatchSize = sd.FastestBatch(mixed) }, isOurs: true);
        // Memory one after the other, so that neither's is the other's.
        var script = Side($"{name} drawing, script-shaped", Script, rounds, progress, cancellation);
        var ours = Side($"{name} drawing, ours", Own, rounds, progress, cancellation);
        if (ours.Parameters <= StepTimer.MostParametersInTurns)
        {
            using var scripts = Script();
            using var own = Own();
            var times = Rounds($"{name} drawing, in turns", [scripts, own], rounds, progress, cancellation);
            (script, ours) = (script with { Times = times[0] }, ours with { Times = times[1] });
        }

        var operations = steps * ours.Flops;
        return new StepTimingRow
        {
            Shape = name, Method = "draw", Batch = setup.BatchSize, Precision = precision == MixedPrecision.No ? "fp32" : "bf16", Resolution = setup.Resolution,
            BaselineMs = script.Times.Whole, OursMs = ours.Times.Whole, Ratio = ours.Times.Whole / script.Times.Whole,
            Gflop = operations / 1e9, FloorShare = operations / 1e6 / ceiling.Gflops / ours.Times.Whole,
            BaselinePeakMb = script.PeakMb, PeakMb = ours.PeakMb, Phases = ours.Times.Phases, BaselinePhases = script.Times.Phases,
        };
    }

    private static Drawn Side(string what, Func<TimedDrawing> make, int rounds, Action<string, int, int>? progress, CancellationToken cancellation)
    {
        GC.Collect();
        ResidentMemory.Forget();
        using var drawing = make();
        // Of what takes turns afterwards only the memory is wanted.
        var times = Rounds(what, [drawing], drawing.Parameters <= StepTimer.MostParametersInTurns ? 1 : rounds, progress, cancellation)[0];
        return new Drawn(times, ResidentMemory.Peak / 1e6, drawing.Flops, drawing.Parameters);
    }

    // A batch of each, again and again: clock and memory of a shared machine change within a minute, and then do so for all.
    private static DrawingTimes[] Rounds(string what, TimedDrawing[] sides, int rounds, Action<string, int, int>? progress, CancellationToken cancellation)
    {
        List<DrawingTimes>[] times = [.. sides.Select(_ => new List<DrawingTimes>())];
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (side, of) in sides.Zip(times))
            {
                cancellation.ThrowIfCancellationRequested();
                of.Add(side.Draw(round));
            }

            progress?.Invoke(what, round + 1, rounds + 1);
        }

        // The first batch warms up: kernels are chosen and memory is fetched.
        return [.. times.Select(of => of.Skip(1).OrderBy(time => time.Whole).ElementAt((of.Count - 1) / 2))];
    }

    private sealed record Drawn(DrawingTimes Times, double PeakMb, double Flops, long Parameters);
}
