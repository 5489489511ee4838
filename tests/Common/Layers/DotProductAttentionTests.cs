using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class DotProductAttentionTests
{
    [Theory]
    [InlineData(3, 5, true)]
    [InlineData(3, 5, false)]
    [InlineData(64, 24, true)]
    [InlineData(1025, 77, true)]
    [InlineData(7, 1025, false)]
    public void Values_and_gradients_equal_the_formula_in_double_precision_at_every_size(long queries, long keys, bool learns)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(1, RandomPurpose.Other);
        var inputs = new[] { random.Normal(2, 3, queries, 8), random.Normal(2, 3, keys, 8), random.Normal(2, 3, keys, 8) };
        var exact = inputs.Select(t => t.@double().requires_grad_(learns)).ToArray();
        var fast = inputs.Select(t => t.requires_grad_(learns)).ToArray();
        var expected = matmul(softmax(matmul(exact[0], exact[1].transpose(2, 3)) / Math.Sqrt(8), -1), exact[2]);
        var actual = DotProductAttention.Attend(fast[0], fast[1], fast[2]);
        Close.Absolute(expected.detach(), actual, 1e-5, "value");
        if (!learns)
        {
            return;
        }

        expected.square().sum().backward();
        actual.square().sum().backward();
        foreach (var (e, a) in exact.Zip(fast))
        {
            Close.OfLargest(e.grad!, a.grad!, 1e-5, "gradient");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Leaves_only_its_result_alive(bool learns)
    {
        using var x = ones(1, 2, 4, 8).requires_grad_(learns);
        LiveTensors.Only(() => [DotProductAttention.Attend(x, x, x)]);
    }
}
