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

    [Fact]
    public void In_bf16_the_table_of_scores_gives_what_the_fused_kernel_gives()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(5, RandomPurpose.Other);
        Tensor[] Inputs() => [.. Enumerable.Range(0, 3).Select(i => new RandomStream(5, RandomPurpose.Other, i).Normal(1, 2, 300, 8).to_type(ScalarType.BFloat16).requires_grad_(true))];
        var (plain, fused) = (Inputs(), Inputs());
        var weights = random.Normal(1, 2, 300, 8);

        // 300 x 300 scores: more than fp32 takes this way.
        var actual = DotProductAttention.Attend(plain[0], plain[1], plain[2]);
        var expected = nn.functional.scaled_dot_product_attention(fused[0], fused[1], fused[2]);
        (actual * weights).sum().backward();
        (expected * weights).sum().backward();

        Close.OfLargest(expected.@float(), actual.@float(), 2e-2, "value");
        foreach (var (e, a) in fused.Zip(plain))
        {
            Close.OfLargest(e.grad!.@float(), a.grad!.@float(), 4e-2, "gradient");
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

    [Fact]
    public void In_full_the_scores_are_fp32_where_half_precision_would_leave_its_range()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(2, RandomPurpose.Other);
        // 8 x 300 x 300 = 720,000: fp16 ends at 65,504.
        var query = (random.Normal(1, 1, 4, 8).sign() * 300).to_type(ScalarType.Float16);
        var value = random.Normal(1, 1, 4, 8).to_type(ScalarType.Float16);
        Assert.True(query.matmul(query.transpose(2, 3)).isinf().any().item<bool>());

        var seen = DotProductAttention.AttendInFull(query, query, value);

        Assert.Equal(ScalarType.Float16, seen.dtype);
        Close.Absolute(DotProductAttention.Attend(query.@float(), query.@float(), value.@float()), seen.@float(), 1e-3);
    }

    [Fact]
    public void In_full_autocast_is_set_aside_and_taken_up_again()
    {
        Assert.SkipUnless(Autocast.IsAvailable, "this libtorch does not export autocast");
        using var scope = NewDisposeScope();
        var random = new RandomStream(3, RandomPurpose.Other);
        var (query, key, value) = (random.Normal(1, 2, 4, 8), random.Normal(1, 2, 5, 8), random.Normal(1, 2, 5, 8));
        var exact = DotProductAttention.Attend(query, key, value);
        using var autocast = Autocast.For(CPU, MixedPrecision.Bf16);

        Assert.Equal(exact.data<float>().ToArray(), DotProductAttention.AttendInFull(query, key, value).data<float>().ToArray());
        Assert.Equal(ScalarType.BFloat16, query.matmul(key.transpose(2, 3)).dtype);
    }
}
