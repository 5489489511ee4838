using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using Diptych.Lab;
using Diptych.StepTiming;
using Diptych.Tests.Trajectories;
using static TorchSharp.torch;

namespace Diptych.Tests.StepTiming;

public sealed class LossTrajectoryTests
{
    [Theory]
    [InlineData("ti")]
    [InlineData("db")]
    public void The_file_holds_what_every_step_was_given_and_lost(string method)
    {
        using var scope = NewDisposeScope();
        var lab = LabModel.Find();
        var setup = new StepSetup(lab.Model, Path.Combine(lab.Subject("off-palette-dog"), "references"), 128, 2, MixedPrecision.No, CPU);
        using var folder = new TemporaryFolder();
        var path = folder.In("steps.safetensors");

        var losses = LossTrajectory.Write(path, method, setup, steps: 3);

        using var file = SafetensorsFile.Open(path);
        using var noise = file.Read("noise");
        using var latents = file.Read("latents");
        using var ids = file.Read("ids");
        using var timesteps = file.Read("timesteps");
        Assert.Equal([3, 2, 16, 16, 16], noise.shape);
        Assert.Equal(noise.shape, latents.shape);
        Assert.Equal([3, 2, 24], ids.shape);
        Assert.Equal([3, 2], timesteps.shape);
        Assert.False(noise[0].allclose(noise[1]));
        Assert.Equal(method, file.Metadata["method"]);
        using var step = OwnStep.Of(method, setup);
        for (var i = 0; i < 3; i++)
        {
            step.Run(i, new PhaseClock(CPU, isOn: false));
        }

        Assert.Equal(losses.Average(), step.MeanLoss, 5);
    }
}
