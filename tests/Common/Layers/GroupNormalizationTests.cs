using Diptych.Common;
using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

public sealed class GroupNormalizationTests
{
    [Fact]
    public void Starts_with_weight_one_and_bias_zero()
    {
        using var scope = NewDisposeScope();
        // Dirties memory of the sizes the layer will ask for: an uninitialised weight would find it again.
        for (var i = 0; i < 8; i++)
        {
            full(64, float.NaN).Dispose();
        }

        using var norm = GroupNormalization.Create(8, 64);
        Close.Absolute(ones(64), norm.weight, 0, "weight");
        Close.Absolute(zeros(64), norm.bias!, 0, "bias");
    }

    [Fact]
    public void Gives_each_group_mean_zero_and_variance_one()
    {
        using var scope = NewDisposeScope();
        using var norm = GroupNormalization.Create(2, 4);
        var groups = norm.call(arange(64, dtype: ScalarType.Float32).reshape(1, 4, 4, 4).square()).reshape(2, 32);
        Close.Absolute(zeros(2), groups.mean([1]), 1e-5, "mean");
        Close.Absolute(ones(2), groups.var(1, unbiased: false), 1e-3, "variance");
    }

    [Fact]
    public void Refuses_groups_that_do_not_divide_the_channels()
    {
        var error = Assert.Throws<DiptychException>(() => GroupNormalization.Create(5, 64));
        Assert.Contains("norm_num_groups 5", error.Message, StringComparison.Ordinal);
    }
}
