using System.Text.Json;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.StepTiming;
using Diptych.Tests.Lab;
using static TorchSharp.torch;

namespace Diptych.Tests.StepTiming;

public sealed class StepTimerTests
{
    [Theory]
    [InlineData("ti")]
    [InlineData("db")]
    public void A_pair_of_steps_learns_from_comparable_losses_and_fills_a_row(string method)
    {
        var setup = new StepSetup(LabFiles.Model.Model, Path.Combine(LabFiles.Model.Subject("off-palette-dog"), "references"), 128, 2, MixedPrecision.No, CPU);
        var row = StepTimer.Measure("lab", method, setup, 4, new MachineCeiling(100, 100));
        Assert.InRange(row.Loss!.Value, .3 * row.BaselineLoss!.Value, 3 * row.BaselineLoss.Value);
        Assert.True(row.Phases["backward"] > 0 && row.Phases["vae"] == 0 && row.BaselinePhases["vae"] > 0);
        using var json = JsonDocument.Parse(new StepTimingResult("a machine", new MachineCeiling(100, 100), null, [row]).ToJson());
        var written = json.RootElement.GetProperty("rows")[0];
        Assert.All((string[])["shape", "method", "batch", "precision", "baseline_ms", "ours_ms", "ratio", "floor_share", "peak_mb", "phases"], name => Assert.True(written.TryGetProperty(name, out _), name));
    }

    [Fact]
    public void Drawing_is_timed_by_the_picture()
    {
        var setup = new StepSetup(LabFiles.Model.Model, "", 128, 2, MixedPrecision.No, CPU);
        var row = SamplingTimer.Measure("lab", setup, steps: 2, rounds: 1, new MachineCeiling(100, 100));
        Assert.Equal("draw", row.Method);
        Assert.True(row.Phases["vae"] > 0 && row.Phases["forward"] > 0 && row.OursMs > 0 && row.Gflop > 0);
    }

    // A change that adds operators or managed garbage to the step shows here, whatever the machine is doing. The figures are the ones measured when
    // the step was last looked at, and a tenth: those of the calling thread, with kernels of ours and without.
    [Theory]
    [InlineData("ti", 522, 326_000, 648, 136_000)]
    [InlineData("db", 1682, 765_000, 1077, 261_000)]
    public void The_steps_launches_and_garbage_do_not_grow(string method, long oursTensors, long oursBytes, long plainTensors, long plainBytes)
    {
        var (tensors, bytes) = OwnProducts.AreSupported ? (oursTensors, oursBytes) : (plainTensors, plainBytes);
        var setup = new StepSetup(LabFiles.Model.Model, Path.Combine(LabFiles.Model.Subject("off-palette-dog"), "references"), 128, 4, MixedPrecision.No, CPU);
        var row = StepTimer.Measure("lab", method, setup, 2, new MachineCeiling(100, 100));
        Assert.InRange(row.Tensors, 1, 1.1 * tensors);
        Assert.InRange(row.AllocatedBytes, 1, 1.1 * bytes);
    }

    [Fact]
    public void A_divided_gradient_is_a_clipped_one()
    {
        using var scope = NewDisposeScope();
        var start = randn(50);
        var (clipped, divided) = (new TorchSharp.Modules.Parameter(start.clone()), new TorchSharp.Modules.Parameter(start.clone()));
        var gradient = randn(50) * 3;
        (clipped.grad, divided.grad) = (gradient.clone(), gradient.clone());
        nn.utils.clip_grad_norm_([clipped], 1);
        using var first = new Diptych.Common.Training.FusedAdamW([clipped], new Diptych.Common.Training.AdamWOptions());
        using var second = new Diptych.Common.Training.FusedAdamW([divided], new Diptych.Common.Training.AdamWOptions());
        first.Step(1e-2);
        second.Step(1e-2, Diptych.Common.Training.GradientNorm.Divisor([divided], 1));
        Close.Absolute(clipped, divided, 1e-6);
        Close.Absolute(first.Means[0], second.Means[0], 1e-6);
    }
}
