using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Common.Transformers;
using Diptych.Tests.Common.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Transformers;

/// <summary>The blocks of CLIP's towers in one piece, and the gradient through them, against the same in libtorch's operators in fp64.</summary>
public sealed class TowerFunctionTests : OwnProductsEverywhere
{
    // Against the largest number of each result: fp32 through some ten layers a block.
    private const double Rounding = 1e-5;

    [Theory]
    [InlineData(1, 24, 32, 2, 1, true)]
    [InlineData(2, 24, 160, 5, 3, true)]
    [InlineData(3, 77, 64, 2, 2, true)]
    [InlineData(2, 65, 128, 4, 4, false)]
    [InlineData(5, 1, 32, 1, 2, true)]
    [InlineData(1, 32, 48, 3, 2, false)]
    public void One_piece_is_the_blocks_one_by_one(long samples, long tokens, int width, int heads, int layers, bool isCausal)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(8, RandomPurpose.Other);
        var config = new ClipTransformerConfig(width, 4 * width, layers, heads, ClipActivation.QuickGelu, 1e-5);
        using var blocks = Blocks(config, random);
        var (x, gradient) = (random.Normal(samples, tokens, width), random.Normal(samples, tokens, width));
        Assert.NotNull(TowerShape.For(x, config, isCausal, [.. blocks.parameters()]));

        var (drawn, (output, dx)) = (Drawn(blocks, x, isCausal), Run(blocks, x, isCausal, gradient));
        using (KeptKernels.Of(blocks))
        {
            var (keptOutput, keptDx) = Run(blocks, x, isCausal, gradient);
            Assert.True(keptOutput.equal(output).all().item<bool>());
            Assert.True(keptDx.equal(dx).all().item<bool>());
        }

        OwnProducts.Choice = ProductChoice.Never;
        blocks.to(ScalarType.Float64);
        var (expected, expectedDx) = Run(blocks, x.to_type(ScalarType.Float64), isCausal, gradient.to_type(ScalarType.Float64));
        Close.OfLargest(expected, drawn, Rounding, "without gradients");
        Close.OfLargest(expected, output, Rounding, "output");
        Close.OfLargest(expectedDx, dx, Rounding, "gradient");
    }

    [Fact]
    public void What_the_kernels_are_not_made_for_is_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        var config = new ClipTransformerConfig(32, 64, 1, 2, ClipActivation.QuickGelu, 1e-5);
        var x = ones(1, 8, 32);
        IReadOnlyList<Tensor> frozen = [ones(3)];
        Assert.NotNull(TowerShape.For(x, config, isCausal: true, frozen));
        Assert.Null(TowerShape.For(x, config with { Activation = ClipActivation.Gelu }, isCausal: true, frozen));
        Assert.Null(TowerShape.For(x, config with { LayerNormEpsilon = 1e-6 }, isCausal: true, frozen));
        Assert.Null(TowerShape.For(x, config with { Heads = 4 }, isCausal: true, frozen));
        Assert.Null(TowerShape.For(x, config with { Layers = 100_000 }, isCausal: true, frozen));
        Assert.Null(TowerShape.For(x.to_type(ScalarType.BFloat16), config, isCausal: true, frozen));
        Assert.Null(TowerShape.For(ones(1, 257, 32), config, isCausal: true, frozen));
        Assert.Null(TowerShape.For(x, config, isCausal: true, [ones(3, requires_grad: true)]));
    }

    private static ClipBlocks Blocks(ClipTransformerConfig config, RandomStream random)
    {
        var blocks = new ClipBlocks(config);
        using var noGradient = no_grad();
        foreach (var parameter in blocks.parameters())
        {
            parameter.add_(random.Normal(parameter.shape), alpha: 0.1);
        }

        blocks.SetLearning(false);
        return blocks;
    }

    private static Tensor Drawn(ClipBlocks blocks, Tensor x, bool isCausal)
    {
        using var noGradient = no_grad();
        return blocks.Run(x, isCausal);
    }

    private static (Tensor Output, Tensor Dx) Run(ClipBlocks blocks, Tensor x, bool isCausal, Tensor gradient)
    {
        var rows = x.detach().requires_grad_(true);
        var output = blocks.Run(rows, isCausal);
        output.backward([gradient]);
        return (output.detach(), rows.grad!);
    }
}
