using Diptych.Common.Cuda;
using Diptych.StepTiming;
using Diptych.Tests.Cli;
using Diptych.Tests.Common.Cuda;

namespace Diptych.Tests.StepTiming;

public sealed class LeverTimerTests
{
    [Fact]
    public void Each_lever_is_left_out_once_between_everything_and_nothing()
    {
        Assert.Equal(GpuLevers.All, LeverTimer.Variants[0]);
        Assert.Equal(GpuLevers.None, LeverTimer.Variants[^1]);
        GpuLevers[] leftOut = [.. LeverTimer.Variants.Skip(1).SkipLast(1).Select(levers => GpuLevers.All & ~levers)];
        Assert.Equal([GpuLevers.Graph, GpuLevers.Kernels, GpuLevers.ChannelsLast, GpuLevers.Search], leftOut);
    }

    [Fact]
    public void Without_a_GPU_there_is_nothing_to_measure()
    {
        Assert.SkipWhen(CudaDevice.Exists, "a CUDA device is here");

        var run = CliRun.Of("bench", "levers");

        Assert.Equal(1, run.Code);
        Assert.Contains("no GPU", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("graph,warp", "'warp' is none of")]
    [InlineData("", "--gpu-levers")]
    public void A_lever_that_does_not_exist_is_named(string list, string expected)
    {
        var run = CliRun.Of("bench", "--device", "cpu", "--gpu-levers", list);

        Assert.Equal(2, run.Code);
        Assert.Contains(expected, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }
}
