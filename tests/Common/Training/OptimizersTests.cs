using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class OptimizersTests
{
    [Theory]
    [InlineData(MixedPrecision.No)]
    [InlineData(MixedPrecision.Bf16)]
    public void What_learns_leaves_the_memory_it_was_loaded_into_and_stays_the_same(MixedPrecision precision)
    {
        using var scope = NewDisposeScope();
        var file = new RandomStream(9, RandomPurpose.Other).Normal(32, 16);
        var before = file.clone();
        var weight = new Parameter(file.detach());
        Assert.Equal(TensorData.Address(file), TensorData.Address(weight));

        using (var optimizer = Optimizers.For([new NamedParameter("weight", weight, IsFactor: true)], new TrainingOptions { MixedPrecision = precision }))
        {
            Assert.NotEqual(TensorData.Address(file), TensorData.Address(weight));
            Close.Absolute(before, weight.to_type(ScalarType.Float32), precision == MixedPrecision.No ? 0 : .02);
            weight.grad = ones_like(weight);
            optimizer.Step(.1);
        }

        Assert.True(weight.requires_grad);
        Close.Absolute(before, file, 0);
        Close.Absolute(before - .1, weight, .01);
    }
}
