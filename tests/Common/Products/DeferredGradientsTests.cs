using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Products;

/// <summary>Convolutions' weights learn the same from samples that are split among threads.</summary>
public sealed class DeferredGradientsTests : OwnProductsEverywhere
{
    private const int Samples = 5;

    // Of few pixels sums are taken over all samples at once, of many one part after the other.
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public void A_weights_gradient_is_that_of_all_samples_and_is_added_to_what_is_there(long side)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(0);
        using var first = new Convolution2d(32, 48, 3, padding: 1);
        using var second = new Convolution2d(48, 32, 1);
        var (x, target) = (randn(Samples, 32, side, side), randn(Samples, 32, side, side));
        Tensor[] weights = [first.Weight, second.Weight];
        var exact = Exact(first, second, x, target);

        void Pass()
        {
            using var lanes = new Lanes(2);
            SplitPass.Backward(lanes, Samples, () => Autocast.For(CPU, MixedPrecision.No), (from, to) =>
                nn.functional.mse_loss(second.call(first.call(x.narrow(0, from, to - from))), target.narrow(0, from, to - from)));
        }

        Pass();
        var once = weights.Select(weight => weight.grad!.clone()).ToArray();
        Pass();
        for (var i = 0; i < weights.Length; i++)
        {
            Close.OfLargest(exact[i].to_type(ScalarType.Float32), once[i], 1e-5, "gradient");
            // The second pass's own is the first's, to the bit.
            Assert.True(weights[i].grad!.equal(once[i] + once[i]).all().item<bool>());
        }
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(7, 33)]
    [InlineData(100, 28)]
    [InlineData(100, 29)]
    [InlineData(300, 200)]
    public unsafe void A_linear_layers_is_that_of_all_stretches_of_rows(int first, int second)
    {
        const int inputs = 48, outputs = 64;
        using var scope = NewDisposeScope();
        var random = new RandomStream(3, RandomPurpose.Other);
        var parts = new[] { first, second }.Select(rows => (X: random.Normal(rows, inputs), Gradient: random.Normal(rows, outputs))).ToArray();
        var result = empty(outputs, inputs);
        RowProducts.WeightGradient([.. parts.Select(part => new GradientRows(TensorData.Floats(part.X), TensorData.Floats(part.Gradient), (int)part.X.size(0)))], inputs, outputs, TensorData.Floats(result));
        var (x, gradient) = (cat([.. parts.Select(part => part.X)]), cat([.. parts.Select(part => part.Gradient)]));
        Close.OfLargest(gradient.to_type(ScalarType.Float64).T.mm(x.to_type(ScalarType.Float64)), result, 1e-5, "gradient");
    }

    [Fact]
    public void Only_a_thread_of_such_a_pass_defers_and_only_what_learns_itself()
    {
        using var scope = NewDisposeScope();
        var (x, gradient) = (randn(1, 16, 4, 4), randn(1, 16, 4, 4));
        var learns = randn(16, 16, 1, 1).requires_grad_(true);
        Assert.False(DeferredGradients.Take(learns, x, gradient));
        using var deferred = new DeferredGradients();
        using (deferred.Enter(0))
        {
            Assert.False(DeferredGradients.Take(learns * 2, x, gradient));
            Assert.True(DeferredGradients.Take(learns.alias().detach().requires_grad_(true), x, gradient));
        }

        Assert.False(DeferredGradients.Take(learns, x, gradient));
    }

    private static Tensor[] Exact(Convolution2d first, Convolution2d second, Tensor x, Tensor target)
    {
        Tensor Double(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64);
        var (w1, w2) = (Double(first.Weight).requires_grad_(true), Double(second.Weight).requires_grad_(true));
        var y = nn.functional.conv2d(nn.functional.conv2d(Double(x), w1, Double(first.Bias!), padding: [1, 1]), w2, Double(second.Bias!));
        nn.functional.mse_loss(y, Double(target)).backward();
        return [w1.grad!, w2.grad!];
    }
}
