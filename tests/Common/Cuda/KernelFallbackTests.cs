using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Cuda;

public sealed class KernelFallbackTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Group_normalisation_without_kernels_is_libtorchs(bool silu)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(3, RandomPurpose.Other);
        var (x, weight, bias) = (random.Normal(2, 6, 3, 5).requires_grad_(true), random.Normal(6).requires_grad_(true), random.Normal(6));
        var expected = nn.functional.group_norm(x, 3, weight, bias, 1e-5);
        expected = silu ? nn.functional.silu(expected) : expected;

        Assert.False(GroupNormSilu.CanApply(x, weight, bias, 3));
        var actual = GroupNormSilu.Apply(x, weight, bias, 3, 1e-5, silu);

        Close.Absolute(expected, actual, 0);
        actual.sum().backward();
        Assert.NotNull(x.grad);
        Assert.NotNull(weight.grad);
        using var noGradient = no_grad();
        Close.Absolute(expected, GroupNormSilu.Apply(x, weight, bias, 3, 1e-5, silu), 0);
    }

    [Fact]
    public void The_gated_gelu_without_kernels_is_libtorchs()
    {
        using var scope = NewDisposeScope();
        var h = new RandomStream(3, RandomPurpose.Other).Normal(2, 3, 10).requires_grad_(true);
        var halves = h.chunk(2, -1);

        Assert.False(GatedGeluFunction.CanApply(h));
        var actual = GatedGeluFunction.Apply(h);

        Close.Absolute(halves[0] * nn.functional.gelu(halves[1]), actual, 0);
        actual.sum().backward();
        Assert.NotNull(h.grad);
    }
}
