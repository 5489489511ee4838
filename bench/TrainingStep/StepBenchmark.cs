using BenchmarkDotNet.Attributes;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Lab;
using Diptych.StepTiming;

namespace Diptych.TrainingStep;

/// <summary>
/// Whole training steps of both methods, ours against the reference scripts' way of taking them. The embedded model by default; DIPTYCH_BENCH_MODEL names
/// another folder, whose weights may be random. Trust the ratio, not the times; <c>diptych bench</c> prints the phases too.
/// </summary>
#pragma warning disable CA1001 // The harness calls Cleanup, not Dispose.
public class StepBenchmark
#pragma warning restore CA1001
{
    private readonly PhaseClock _clock = new(TorchSharp.torch.CPU, isOn: false);
    private ITimedStep? _script;
    private ITimedStep? _ours;
    private int _step;

    /// <summary>The method.</summary>
    [Params("ti", "db")]
    public string Method { get; set; } = "ti";

    /// <summary>Pictures a step.</summary>
    [Params(1, 4, 16)]
    public int BatchSize { get; set; }

    /// <summary>Precision of our products; the script-shaped step computes in fp32.</summary>
    [Params(MixedPrecision.No, MixedPrecision.Bf16)]
    public MixedPrecision Precision { get; set; }

    /// <summary>Loads the model twice, once for each side.</summary>
    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.Load();
        var lab = LabModel.Find();
        var model = Environment.GetEnvironmentVariable("DIPTYCH_BENCH_MODEL") ?? lab.Model;
        int size;
        using (var sd = StableDiffusion.Load(model))
        {
            size = sd.PictureSize;
        }

        var setup = new StepSetup(model, Path.Combine(lab.Subject("off-palette-dog"), "references"), size, BatchSize, Precision, TorchSharp.torch.CPU);
        (_script, _ours) = Method == "ti"
            ? (new ScriptTextualInversion(setup), OwnStep.TextualInversion(setup))
            : ((ITimedStep)new ScriptDreamBooth(setup), OwnStep.DreamBooth(setup));
    }

    /// <summary>Photos decoded and encoded, the prompt encoded, every step; an optimizer of one operator after another.</summary>
    [Benchmark(Baseline = true)]
    public void ScriptShaped() => _script!.Run(_step++, _clock);

    /// <summary>Cached posteriors, rows or a frozen prompt, one fused optimizer kernel.</summary>
    [Benchmark]
    public void Ours() => _ours!.Run(_step++, _clock);

    /// <summary>Frees both models.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _script!.Dispose();
        _ours!.Dispose();
    }
}
