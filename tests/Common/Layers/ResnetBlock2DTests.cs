using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class ResnetBlock2DTests
{
    [Fact]
    public void Leaves_its_input_and_the_time_as_they_were()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var block = new ResnetBlock2D(4, 4, groups: 2, epsilon: 1e-5, timeChannels: 3);
        var x = arange(64, dtype: ScalarType.Float32).reshape(1, 4, 4, 4);
        var time = ones(1, 3);
        block.call(x, time);
        Close.Absolute(arange(64, dtype: ScalarType.Float32).reshape(1, 4, 4, 4), x, 0, "input");
        Close.Absolute(ones(1, 3), time, 0, "time");
    }

    [Fact]
    public void Has_a_shortcut_convolution_only_where_the_channels_change()
    {
        using var same = new ResnetBlock2D(4, 4, groups: 2, epsilon: 1e-5);
        using var wider = new ResnetBlock2D(4, 8, groups: 2, epsilon: 1e-5);
        Assert.DoesNotContain("conv_shortcut.weight", same.state_dict().Keys);
        Assert.Contains("conv_shortcut.weight", wider.state_dict().Keys);
    }

    [Fact]
    public void Leaves_only_its_result_alive_with_and_without_gradients()
    {
        using var block = new ResnetBlock2D(4, 8, groups: 2, epsilon: 1e-5, timeChannels: 3);
        using var x = ones(1, 4, 4, 4);
        using var time = ones(1, 3);
        LiveTensors.Only(() => [block.call(x, time)]);
        using var noGradient = no_grad();
        LiveTensors.Only(() => [block.call(x, time)]);
    }
}
