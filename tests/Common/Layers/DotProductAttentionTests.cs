using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class DotProductAttentionTests
{
    [Theory]
    [InlineData(3, 5)]
    [InlineData(64, 24)]
    [InlineData(1025, 7)]
    [InlineData(7, 1025)]
    public void Equals_the_formula_in_double_precision_for_short_and_long_sequences(long queries, long keys)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(1, RandomPurpose.Other);
        var query = random.Normal(2, 3, queries, 8);
        var key = random.Normal(2, 3, keys, 8);
        var value = random.Normal(2, 3, keys, 8);
        var exact = matmul(softmax(matmul(query.@double(), key.@double().transpose(2, 3)) / Math.Sqrt(8), -1), value.@double());
        Close.Absolute(exact, DotProductAttention.Attend(query, key, value), 1e-5);
    }

    [Fact]
    public void Leaves_only_its_result_alive()
    {
        using var x = ones(1, 2, 4, 8);
        LiveTensors.Only(() => [DotProductAttention.Attend(x, x, x)]);
    }
}
