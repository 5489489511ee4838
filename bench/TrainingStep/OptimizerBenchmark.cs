using BenchmarkDotNet.Attributes;
using Diptych.Common.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.TrainingStep;

/// <summary>One optimizer step over as many tensors as the embedded UNet has, fused against the stock optimizer. Trust the ratio, not the times.</summary>
#pragma warning disable CA1001 // The harness calls Cleanup, not Dispose.
public class OptimizerBenchmark
#pragma warning restore CA1001
{
    private readonly List<Parameter> _parameters = [];
    private FusedAdamW? _fused;
    private optim.Optimizer? _stock;

    /// <summary>Tensors.</summary>
    [Params(400)]
    public int Tensors { get; set; }

    /// <summary>Elements of each.</summary>
    [Params(32_768)]
    public int Elements { get; set; }

    /// <summary>Makes parameters with gradients.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Diptych.Common.Runtime.TorchRuntime.Load();
        for (var i = 0; i < Tensors; i++)
        {
            var parameter = new Parameter(ones(Elements)) { grad = full(Elements, 1e-3f) };
            _parameters.Add(parameter);
        }

        _fused = new FusedAdamW(_parameters, new AdamWOptions());
        _stock = optim.AdamW(_parameters, 1e-4, weight_decay: 1e-2);
    }

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _fused!.Dispose();
        _stock!.Dispose();
        _parameters.ForEach(p => p.Dispose());
    }

    /// <summary>TorchSharp's own AdamW: nine operators for each tensor.</summary>
    [Benchmark(Baseline = true)]
    public void Stock()
    {
        using var scope = NewDisposeScope();
        _stock!.step();
    }

    /// <summary>One kernel for all.</summary>
    [Benchmark]
    public void Fused() => _fused!.Step(1e-4);
}
