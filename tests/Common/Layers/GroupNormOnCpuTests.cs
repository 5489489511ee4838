using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

/// <summary>Group normalisation with SiLU on the CPU against libtorch's in fp64; on processors without AVX-512 it is libtorch's anyway.</summary>
public sealed class GroupNormOnCpuTests
{
    private const double Rounding = 2e-6;

    [Theory]
    [InlineData(1, 16, 4, 4, 4, true)]
    [InlineData(2, 96, 16, 16, 16, true)]
    [InlineData(2, 96, 16, 16, 16, false)]
    [InlineData(3, 32, 32, 6, 8, true)]
    [InlineData(1, 320, 32, 64, 64, true)]
    [InlineData(2, 12, 1, 3, 16, false)]
    public void It_is_libtorchs_with_its_gradients(long samples, long channels, long groups, long height, long width, bool silu)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(7, RandomPurpose.Other);
        var norm = GroupNormalization.Create(groups, channels);
        using (no_grad())
        {
            norm.weight!.copy_(1 + 0.3 * random.Normal(channels));
            norm.bias!.copy_(random.Normal(channels));
        }

        // Far from zero, as a decoder's pictures can be: a mean of squares less a squared mean would lose digits.
        var x = (20 + 3 * random.Normal(samples, channels, height, width)).requires_grad_(true);
        var (exactX, exactWeight, exactBias) = (Exact(x), Exact(norm.weight!), Exact(norm.bias!));
        var exact = nn.functional.group_norm(exactX, groups, exactWeight, exactBias, norm.eps);
        exact = silu ? nn.functional.silu(exact) : exact;

        var y = norm.Normalise(x, silu);
        var gradient = random.Normal(y.shape);
        y.backward([gradient]);
        exact.backward([gradient.to_type(ScalarType.Float64)]);

        // One part in two million of 20 divided by a deviation of 3.
        Close.OfLargest(exact, y, Rounding);
        Close.OfLargest(exactX.grad!, x.grad!, 10 * Rounding);
        Close.OfLargest(exactWeight.grad!, norm.weight!.grad!, 10 * Rounding);
        Close.OfLargest(exactBias.grad!, norm.bias!.grad!, 10 * Rounding);
        using var noGradient = no_grad();
        Close.Absolute(y, norm.Normalise(x, silu), 0);
    }

    [Fact]
    public void Large_and_small_numbers_pass_the_nonlinearity_as_numbers()
    {
        using var scope = NewDisposeScope();
        var norm = GroupNormalization.Create(1, 1);
        using (no_grad())
        {
            norm.weight!.fill_(1e4);
        }

        var x = linspace(-1, 1, 16).reshape(1, 1, 4, 4).requires_grad_(true);
        var y = norm.Normalise(x, silu: true);
        y.sum().backward();

        Assert.True(y.isfinite().all().item<bool>());
        Assert.True(x.grad!.isfinite().all().item<bool>());
        Assert.Equal(0, y[0, 0, 0, 0].item<float>());
    }

    private static Tensor Exact(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64).requires_grad_(true);
}
