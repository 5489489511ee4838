using Diptych.Common.Runtime;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class SplitPassTests
{
    // An odd number of samples: the lanes' shares differ.
    private const int Samples = 17;

    [Theory]
    [InlineData(MixedPrecision.No, 1e-5)]
    [InlineData(MixedPrecision.Bf16, 2e-2)]
    public void Two_lanes_give_the_gradients_of_one_pass_and_the_same_bits_each_time(MixedPrecision precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(0);
        var (inputs, targets) = (randn(Samples, 16, 8, 8), randn(Samples, 16, 8, 8));
        using var network = nn.Sequential(nn.Conv2d(16, 16, 3, padding: 1), nn.SiLU(), nn.Conv2d(16, 16, 3, padding: 1));

        (double Loss, Tensor[] Gradients) Pass(int count)
        {
            using var lanes = new Lanes(count);
            network.zero_grad();
            var loss = SplitPass.Backward(
                lanes,
                Samples,
                () => Autocast.For(CPU, precision),
                (from, to) => nn.functional.mse_loss(network.call(inputs.narrow(0, from, to - from)), targets.narrow(0, from, to - from)));
            Assert.False(loss.requires_grad);
            return (loss.item<float>(), [.. network.parameters().Select(parameter => parameter.grad!.clone())]);
        }

        var (whole, split, again) = (Pass(1), Pass(2), Pass(2));
        Assert.Equal(whole.Loss, split.Loss, tolerance);
        foreach (var (one, two) in whole.Gradients.Zip(split.Gradients))
        {
            Close.OfLargest(one, two, tolerance, "gradient");
        }

        Assert.Equal(split.Loss, again.Loss);
        foreach (var (two, same) in split.Gradients.Zip(again.Gradients))
        {
            Assert.True(two.equal(same).all().item<bool>());
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(15, 1)]
    [InlineData(16, 2)]
    [InlineData(64, 2)]
    public void Small_batches_stay_whole(int samples, int most)
    {
        var cores = get_num_threads();
        using var lanes = SplitPass.LanesFor(CPU, samples, samplesPerLane: 8);
        Assert.Equal(Math.Min(most, cores), lanes.Count);
    }
}
