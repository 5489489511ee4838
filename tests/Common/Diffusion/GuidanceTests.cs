using Diptych.Common.Diffusion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class GuidanceTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 5)]
    [InlineData(7.5, 24.5)]
    public void Guidance_goes_from_the_unconditional_through_the_conditional(double scale, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected, Guidance.Apply(full(1, 1, 2f), full(1, 1, 5f), scale).item<float>(), 1e-6);
    }

    [Fact]
    public void Full_rescaling_restores_each_samples_deviation()
    {
        using var scope = NewDisposeScope();
        var (unconditional, conditional) = (randn(2, 3, 4, 4), randn(2, 3, 4, 4));
        var rescaled = Guidance.Apply(unconditional, conditional, 7.5, rescale: 1);
        Close.Absolute(conditional.std([1, 2, 3]), rescaled.std([1, 2, 3]), 1e-5, "deviation");
        var plain = Guidance.Apply(unconditional, conditional, 7.5);
        Close.Absolute((rescaled + plain) / 2, Guidance.Apply(unconditional, conditional, 7.5, rescale: 0.5), 1e-5, "half way");
    }
}
