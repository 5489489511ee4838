using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class HalfWeightAdamWTests
{
    [Fact]
    public void Steps_equal_the_fused_optimizers_on_the_same_gradients()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(4, RandomPurpose.Other);
        // More than one piece, and ends that fill no vector.
        var start = new[] { random.Normal(300, 301), random.Normal(7), random.Normal(3, 5) };
        NamedParameter[] Copy() => [.. start.Select((numbers, i) => new NamedParameter($"{i}", new Parameter(numbers.clone()), IsFactor: i != 1))];
        NamedParameter[] ours = Copy(), theirs = Copy();
        using var fused = new FusedAdamW([.. theirs.Select(p => p.Value)], new AdamWOptions());
        using (var optimizer = new HalfWeightAdamW(ours, new AdamWOptions()))
        {
            Assert.Equal([ScalarType.BFloat16, ScalarType.Float32, ScalarType.BFloat16], ours.Select(p => p.Value.dtype));
            for (var step = 0; step < 5; step++)
            {
                for (var i = 0; i < start.Length; i++)
                {
                    var gradient = random.Normal(start[i].shape).to_type(ScalarType.BFloat16);
                    ours[i].Value.grad = i == 1 ? gradient.to_type(ScalarType.Float32) : gradient;
                    theirs[i].Value.grad = gradient.to_type(ScalarType.Float32);
                }

                var (divisor, expected) = (GradientNorm.Divisor(ours.Select(p => p.Value), 1), GradientNorm.Divisor(theirs.Select(p => p.Value), 1));
                Assert.Equal(1, divisor.item<float>() / expected.item<float>(), 1e-5f);
                optimizer.Step(1e-2, expected);
                fused.Step(1e-2, expected);
                Close.Absolute(theirs[0].Value.to_type(ScalarType.BFloat16).to_type(ScalarType.Float32), ours[0].Value.to_type(ScalarType.Float32), 2e-2);
            }

            optimizer.ZeroGradients();
        }

        for (var i = 0; i < start.Length; i++)
        {
            Assert.Equal(ScalarType.Float32, ours[i].Value.dtype);
            Close.Absolute(theirs[i].Value, ours[i].Value, 1e-6);
        }
    }

    [Fact]
    public void The_rate_may_lie_in_a_tensor_and_disposing_twice_does_no_harm()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(6, RandomPurpose.Other);
        var (start, gradient) = (random.Normal(30, 7), random.Normal(30, 7).to_type(ScalarType.BFloat16));
        Parameter After(Action<HalfWeightAdamW> step)
        {
            NamedParameter[] weight = [new("weight", new Parameter(start.clone()), IsFactor: true)];
            using var optimizer = new HalfWeightAdamW(weight, new AdamWOptions());
            weight[0].Value.grad = gradient.clone();
            step(optimizer);
            optimizer.Dispose();
            return weight[0].Value;
        }

        var byNumber = After(optimizer => optimizer.Step(.25, optimizer.GradientDivisor(1)));
        var byTensor = After(optimizer => optimizer.Step(tensor(.25f), optimizer.GradientDivisor(1)));

        Close.Absolute(byNumber, byTensor, 0);
        Assert.NotEqual(start[0, 0].item<float>(), byTensor[0, 0].item<float>());
    }

    [Fact]
    public void Copies_are_rounded_as_libtorch_rounds()
    {
        using var scope = NewDisposeScope();
        var numbers = cat([new RandomStream(5, RandomPurpose.Other).Normal(4001), tensor([0f, -0f, 1 + (1 / 256f), 1 + (3 / 256f), float.NaN, float.PositiveInfinity])]);
        NamedParameter[] weight = [new("weight", new Parameter(numbers.clone()), IsFactor: true)];
        using var optimizer = new HalfWeightAdamW(weight, new AdamWOptions());
        weight[0].Value.grad = zeros(numbers.shape, dtype: ScalarType.BFloat16);

        optimizer.Step(0);

        var expected = numbers.to_type(ScalarType.BFloat16).to_type(ScalarType.Float32);
        Assert.Equal(expected.data<float>().ToArray(), weight[0].Value.detach().to_type(ScalarType.Float32).data<float>().ToArray());
    }

    [Fact]
    public void A_network_learns_under_autocast_as_with_fp32_weights_and_has_them_back_in_the_end()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(6, RandomPurpose.Other);
        var (inputs, targets) = (random.Normal(8, 16, 6, 6), random.Normal(8, 16, 6, 6));
        List<float[]> ends = [];
        foreach (var half in (bool[])[false, true])
        {
            manual_seed(1);
            using var network = new Convolution2d(16, 16, 3, padding: 1);
            List<NamedParameter> trainable = [.. NamedParameter.Of(network)];
            // A layer by itself has no name to tell it by.
            trainable = [.. trainable.Select(p => p with { IsFactor = p.Name == "weight" })];
            using (IOptimizer optimizer = half ? new HalfWeightAdamW(trainable, new AdamWOptions()) : new FusedAdamW([.. trainable.Select(p => p.Value)], new AdamWOptions()))
            {
                for (var step = 0; step < 20; step++)
                {
                    using var stepScope = NewDisposeScope();
                    Tensor loss;
                    using (Autocast.For(CPU, MixedPrecision.Bf16))
                    {
                        loss = (network.call(inputs).to_type(ScalarType.Float32) - targets).square().mean();
                    }

                    loss.backward();
                    optimizer.Step(1e-2);
                    optimizer.ZeroGradients();
                }
            }

            Assert.Equal(ScalarType.Float32, network.Weight.dtype);
            ends.Add(network.Weight.data<float>().ToArray());
        }

        // Autocast rounds the same numbers in the same places; where a sum in another order turns one over, it is by a bf16 step.
        var apart = (tensor(ends[0]) - tensor(ends[1])).abs();
        Assert.InRange(apart.max().item<float>(), 0, 5e-3f);
        Assert.InRange(apart.mean().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void Only_weights_of_linear_and_convolution_layers_are_factors()
    {
        using var network = nn.Sequential(("first", nn.Linear(4, 4)), ("norm", nn.LayerNorm(4)), ("second", new Convolution2d(4, 4, 1)));

        Assert.Equal(["first.weight", "second.weight"], NamedParameter.Of(network).Where(p => p.IsFactor).Select(p => p.Name));
    }
}
