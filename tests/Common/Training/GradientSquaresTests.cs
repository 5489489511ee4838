using Diptych.Common.Layers;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.Tests.Common.Products;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class GradientSquaresTests : OwnProductsEverywhere
{
    private const int Samples = 4;

    [Fact]
    public void The_norm_is_the_same_with_squares_that_were_taken_on_the_way()
    {
        using var scope = NewDisposeScope();
        using var layer = new Convolution2d(32, 48, 3, padding: 1);
        var squares = new GradientSquares();
        Pass(layer, squares);
        Parameter[] parameters = [.. layer.parameters()];

        Assert.NotNull(squares.Of(layer.Weight.grad!));
        Assert.Equal(GradientNorm.Divisor(parameters, .01).item<float>(), GradientNorm.Divisor(parameters, .01, squares).item<float>());
        Assert.True(GradientNorm.Divisor(parameters, .01, squares).item<float>() > 1);
    }

    [Fact]
    public void None_is_taken_of_a_gradient_that_is_added_to_another()
    {
        using var scope = NewDisposeScope();
        using var layer = new Convolution2d(32, 48, 3, padding: 1);
        Pass(layer, null);
        var squares = new GradientSquares();
        Pass(layer, squares);
        Parameter[] parameters = [.. layer.parameters()];

        Assert.Null(squares.Of(layer.Weight.grad!));
        Assert.Equal(GradientNorm.Divisor(parameters, .01).item<float>(), GradientNorm.Divisor(parameters, .01, squares).item<float>());
    }

    [Fact]
    public void A_sum_of_many_numbers_is_the_one_of_their_pieces()
    {
        using var scope = NewDisposeScope();
        var gradient = new RandomStream(15, RandomPurpose.Other).Normal(3, 50_001);
        var squares = new GradientSquares();
        squares.Take(gradient);

        Assert.Equal(SquareSum.Of([gradient]), squares.Of(gradient));
        squares.Clear();
        Assert.Null(squares.Of(gradient));
    }

    private static void Pass(Convolution2d layer, GradientSquares? squares)
    {
        var x = new RandomStream(16, RandomPurpose.Other).Normal(Samples, 32, 4, 4);
        using var lanes = new Lanes(2);
        SplitPass.Backward(lanes, Samples, () => Autocast.For(CPU, MixedPrecision.No), (from, to) => layer.call(x.narrow(0, from, to - from)).square().mean(), squares);
    }
}
