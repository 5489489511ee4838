using Diptych.Common.Cuda;
using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

/// <summary>Convolutions of very many kernels, whose bf16 weights lie with their channels innermost on the CPU.</summary>
public sealed class DeepConvolutionTests
{
    // Two roundings to bf16 of numbers that are sums anyway.
    private const double HalfPrecision = 0.02;

    [Fact]
    public void Only_large_kernels_of_many_channels_are_deep()
    {
        using var scope = NewDisposeScope();
        Assert.True(new Convolution2d(1280, 640, 3, padding: 1).IsDeep);
        Assert.False(new Convolution2d(640, 640, 3, padding: 1).IsDeep);
        Assert.False(new Convolution2d(1280, 640, 1).IsDeep);
        Assert.False(new Convolution2d(1280, 640, 3, stride: 2, padding: 1).IsDeep);
    }

    [Fact]
    public void The_order_in_memory_changes_no_result()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(4, RandomPurpose.Other);
        var layer = new Convolution2d(1280, 640, 3, padding: 1);
        layer.to(ScalarType.BFloat16);
        var x = random.Normal(2, 1280, 4, 4).to_type(ScalarType.BFloat16).requires_grad_(true);
        var (expected, expectedGradient) = Run(layer, x);

        layer.LayChannelsLast();
        var (actual, gradient) = Run(layer, x);

        Assert.True(ChannelsLast.IsChannelsLast(layer.Weight));
        Assert.True(actual.is_contiguous());
        Close.OfLargest(expected, actual, HalfPrecision);
        Close.OfLargest(expectedGradient, gradient, HalfPrecision);
    }

    [Fact]
    public void The_optimizer_steps_them_as_it_steps_others_and_gives_them_back_in_their_own_order()
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(4, RandomPurpose.Other);
        var start = random.Normal(640, 1280, 3, 3);
        var gradient = random.Normal(640, 1280, 3, 3).to_type(ScalarType.BFloat16);

        var (expected, expectedDivisor) = Step(start, gradient, isDeep: false);
        var (actual, divisor) = Step(start, ChannelsLast.ToChannelsLast(gradient), isDeep: true);

        Assert.True(actual.is_contiguous());
        Close.Absolute(expected, actual, 0);
        Assert.Equal(expectedDivisor, divisor, 4);
    }

    private static (Tensor Weight, double Divisor) Step(Tensor start, Tensor gradient, bool isDeep)
    {
        var weight = nn.Parameter(start.clone());
        double divisor;
        using (var optimizer = new HalfWeightAdamW([new NamedParameter("weight", weight, IsFactor: true, isDeep)], new AdamWOptions()))
        {
            weight.grad = gradient;
            Assert.Equal(isDeep, ChannelsLast.IsChannelsLast(weight));
            divisor = optimizer.GradientDivisor(1).item<float>();
            optimizer.Step(1e-2);
        }

        return (weight, divisor);
    }

    private static (Tensor Output, Tensor Gradient) Run(Convolution2d layer, Tensor x)
    {
        // A gradient in the order the weight had before would only make libtorch warn.
        layer.zero_grad();
        x.grad = null;
        var y = layer.call(x);
        y.sum().backward();
        return (y, x.grad!.clone());
    }
}
