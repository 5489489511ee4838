using System.Diagnostics;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

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
        var script = Side($"{name} drawing, script-shaped", setup, new ModelOptions(), _ => options, reuses: false, rounds, progress, cancellation);
        var precision = setup.Precision.On(setup.Device);
        var mixed = options with { MixedPrecision = precision };
        var ours = Side(
            $"{name} drawing, ours", setup, new ModelOptions().WithFrozenUNet(precision, setup.Device), sd => mixed with { BatchSize = sd.FastestBatch(mixed) }, reuses: true, rounds, progress, cancellation);
        var operations = steps * ours.Guided;
        return new StepTimingRow
        {
            Shape = name, Method = "draw", Batch = setup.BatchSize, Precision = precision == MixedPrecision.No ? "fp32" : "bf16", Resolution = setup.Resolution,
            BaselineMs = script.Milliseconds, OursMs = ours.Milliseconds, Ratio = ours.Milliseconds / script.Milliseconds,
            Gflop = operations / 1e9, FloorShare = operations / 1e6 / ceiling.Gflops / ours.Milliseconds,
            BaselinePeakMb = script.PeakMb, PeakMb = ours.PeakMb, Phases = ours.Phases, BaselinePhases = script.Phases,
        };
    }

    private static Drawn Side(
        string what, StepSetup setup, ModelOptions model, Func<StableDiffusion, GenerationOptions> choose, bool reuses, int rounds, Action<string, int, int>? progress, CancellationToken cancellation)
    {
        GC.Collect();
        ResidentMemory.Forget();
        using var products = reuses ? null : new LibtorchProducts();
        using var sd = setup.LoadModel(model);
        var options = choose(sd);
        IReadOnlyList<string> prompts = [.. Enumerable.Repeat("a red dog on the beach", options.BatchSize)];
        var (whole, decoding) = (new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var initial = stack(prompts.Select((_, i) => sd.InitialLatents(0, i, options)).ToArray());
            using var reuse = reuses ? MemoryReuse.Begin() : null;
            var begin = Stopwatch.GetTimestamp();
            var latents = sd.Sample(prompts, initial, options);
            PhaseClock.Wait(setup.Device);
            var sampled = Stopwatch.GetTimestamp();
            sd.Decode(latents, options.MixedPrecision);
            PhaseClock.Wait(setup.Device);
            // The first batch warms up: kernels are chosen and memory is fetched.
            if (round > 0)
            {
                whole.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds / options.BatchSize);
                decoding.Add(Stopwatch.GetElapsedTime(sampled).TotalMilliseconds / options.BatchSize);
            }

            progress?.Invoke(what, round + 1, rounds + 1);
        }

        var (median, decode) = (Median(whole), Median(decoding));
        var flops = StepFlops.Of(sd.UNet.Config, setup.Resolution / sd.Vae.Config.DownscaleFactor, sd.Tokenizer.MaxLength);
        return new Drawn(
            median, new Dictionary<string, double> { ["vae"] = decode, ["forward"] = median - decode }, ResidentMemory.Peak / 1e6, flops.Guided);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private sealed record Drawn(double Milliseconds, IReadOnlyDictionary<string, double> Phases, double PeakMb, double Guided);
}
