using Diptych.Common.Runtime;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Runtime;

public sealed class AutocastTests
{
    [Fact]
    public void Products_run_in_bf16_inside_the_scope_only_and_gradients_are_fp32()
    {
        Assert.SkipUnless(Autocast.IsAvailable, "this libtorch does not export autocast");
        using var scope = NewDisposeScope();
        using var linear = nn.Linear(4, 4);
        var x = ones(2, 4);

        using (Autocast.For(CPU, MixedPrecision.Bf16))
        {
            var y = linear.call(x);
            Assert.Equal(ScalarType.BFloat16, y.dtype);
            y.to_type(ScalarType.Float32).sum().backward();
        }

        Assert.Equal(ScalarType.Float32, linear.weight!.grad!.dtype);
        Assert.Equal(ScalarType.Float32, linear.call(x).dtype);
    }

    [Fact]
    public void Without_mixed_precision_nothing_changes()
    {
        using var scope = NewDisposeScope();
        using var linear = nn.Linear(4, 4);

        using (Autocast.For(CPU, MixedPrecision.No))
        {
            Assert.Equal(ScalarType.Float32, linear.call(ones(2, 4)).dtype);
        }
    }
}
