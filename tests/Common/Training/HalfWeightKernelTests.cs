using Diptych.Common.Runtime;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class HalfWeightKernelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Copies_are_the_rounded_masters_wherever_they_lie(int askew)
    {
        const int Count = 100_003;
        using var scope = NewDisposeScope();
        var random = new RandomStream(8, RandomPurpose.Other);
        var (master, gradient) = (random.Normal(Count), random.Normal(Count).to_type(ScalarType.BFloat16));
        // Aligned memory is written around the caches, other memory is not.
        var half = zeros(Count + 1, dtype: ScalarType.BFloat16).narrow(0, askew, Count);
        var before = master.clone();

        HalfWeightKernel.Update([new(master, zeros(Count), zeros(Count), gradient, half, new AdamWFactors(new AdamWOptions(), 1e-2, 1, 1))]);

        Close.Absolute(master.to_type(ScalarType.BFloat16), half, 0);
        // Adam's first step is the rate in the gradient's direction, beside the decay.
        Close.Absolute((before * (1 - (1e-2 * new AdamWOptions().WeightDecay))) - (1e-2 * gradient.sign()), master, 1e-4);
    }
}
