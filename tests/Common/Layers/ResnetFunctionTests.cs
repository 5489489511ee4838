using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Tests.Common.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Layers;

/// <summary>A residual block in one piece, and every gradient through it, against the same in libtorch's operators in fp64.</summary>
public sealed class ResnetFunctionTests : OwnProductsEverywhere
{
    // Against the largest number of each result: fp32 through four layers, among them Winograd's sums.
    private const double Rounding = 2e-5;

    [Theory]
    [InlineData(1, 32, 32, 4, 4, false)]
    [InlineData(2, 48, 80, 8, 8, false)]
    [InlineData(2, 96, 96, 16, 16, false)]
    [InlineData(3, 64, 32, 16, 16, false)]
    [InlineData(4, 64, 64, 8, 8, true)]
    [InlineData(5, 48, 80, 8, 8, true)]
    public void One_piece_is_the_layers_one_by_one(long samples, long inputs, long outputs, long height, long width, bool isKept)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(7, RandomPurpose.Other);
        using var block = new ResnetBlock2D(inputs, outputs, groups: 8, epsilon: 1e-5, timeChannels: 24);
        foreach (var (_, parameter) in block.named_parameters())
        {
            using var noGradient = no_grad();
            parameter.add_(random.Normal(parameter.shape), alpha: 0.1);
        }

        var (x, time, gradient) = (random.Normal(samples, inputs, height, width), random.Normal(samples, 24), random.Normal(samples, outputs, height, width));
        using (isKept ? KeptKernels.Of(block) : null)
        {
            var names = block.named_parameters().ToDictionary(p => p.name, p => p.parameter);
            Assert.True(OwnProducts.CanConvolve(x, names["conv1.weight"]) && OwnProducts.CanConvolve(x, names["conv2.weight"]));
            var actual = Run(block, x, time, gradient);
            var frozen = RunFrozen(block, x, time, gradient);
            OwnProducts.Choice = ProductChoice.Never;
            block.to(ScalarType.Float64);
            var expected = Run(block, x.to_type(ScalarType.Float64), time.to_type(ScalarType.Float64), gradient.to_type(ScalarType.Float64));

            Assert.Equal(expected.Keys, actual.Keys);
            foreach (var (name, number) in expected)
            {
                Close.OfLargest(number, actual[name], Rounding, name);
            }

            Close.OfLargest(expected["output"], frozen["output"], Rounding, "output, frozen");
            Close.OfLargest(expected["x"], frozen["x"], Rounding, "x, frozen");
        }
    }

    // By large tiles, by small ones and as they lie; with a group on both sides of the seam; and where the skip's gradient is asked for.
    [Theory]
    [InlineData(160, 96, 96, 16, 16, true, false)]
    [InlineData(96, 96, 96, 16, 16, false, false)]
    [InlineData(160, 96, 160, 8, 16, true, false)]
    [InlineData(48, 48, 64, 4, 16, false, false)]
    [InlineData(48, 32, 64, 8, 16, true, false)]
    [InlineData(64, 32, 48, 8, 6, false, false)]
    [InlineData(64, 64, 64, 8, 8, true, true)]
    public void A_skip_that_asks_for_no_gradient_is_left_out_of_it(long first, long skip, long outputs, long side, long groups, bool isKept, bool asks)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(8, RandomPurpose.Other);
        using var block = new ResnetBlock2D(first + skip, outputs, groups: groups, epsilon: 1e-5, timeChannels: 24);
        block.SetLearning(false);
        var (time, gradient) = (random.Normal(2, 24), random.Normal(2, outputs, side, side));
        var (x, beside) = (random.Normal(2, first, side, side).requires_grad_(true), random.Normal(2, skip, side, side).requires_grad_(asks));
        using (isKept ? KeptKernels.Of(block) : null)
        {
            var output = block.Join(x, beside, time);
            output.backward([gradient]);
            var whole = cat([x, beside], 1).detach().requires_grad_(true);
            var expected = block.call(whole, time);
            expected.backward([gradient]);

            Close.OfLargest(expected.detach(), output.detach(), Rounding, "output");
            Close.OfLargest(whole.grad!.narrow(1, 0, first), x.grad!, Rounding, "x");
            Assert.Equal(asks, beside.grad is not null);
            if (asks)
            {
                Close.OfLargest(whole.grad!.narrow(1, first, skip), beside.grad!, Rounding, "skip");
            }
        }
    }

    private static Dictionary<string, Tensor> RunFrozen(ResnetBlock2D block, Tensor x, Tensor time, Tensor gradient)
    {
        block.SetLearning(false);
        var pictures = x.detach().requires_grad_(true);
        var output = block.call(pictures, time);
        output.backward([gradient]);
        block.SetLearning(true);
        return new() { ["output"] = output.detach(), ["x"] = pictures.grad! };
    }

    private static Dictionary<string, Tensor> Run(ResnetBlock2D block, Tensor x, Tensor time, Tensor gradient)
    {
        block.zero_grad();
        var (pictures, rows) = (x.detach().requires_grad_(true), time.detach().requires_grad_(true));
        var output = block.call(pictures, rows);
        output.backward([gradient]);
        var results = block.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        (results["output"], results["x"], results["time"]) = (output.detach(), pictures.grad!, rows.grad!);
        return results;
    }
}
