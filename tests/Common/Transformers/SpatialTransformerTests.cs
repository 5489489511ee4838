using Diptych.Common.Layers;
using Diptych.Common.Products;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.Common.Transformers;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using Diptych.Tests.Common.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Transformers;

/// <summary>Transformer blocks in one piece, and every gradient through them, against the same in libtorch's operators in fp64.</summary>
public sealed class SpatialTransformerTests : OwnProductsEverywhere
{
    // Against the largest number of each result: fp32 through some thirty layers.
    private const double Rounding = 2e-5;

    [Theory]
    [InlineData(1, 4, 4, 1, 5, 16, false)]
    [InlineData(2, 8, 8, 2, 24, 48, false)]
    [InlineData(3, 4, 8, 3, 77, 32, true)]
    [InlineData(7, 16, 16, 1, 16, 16, true)]
    [InlineData(9, 8, 8, 2, 33, 16, false)]
    public void One_piece_is_the_layers_one_by_one(long samples, long height, long width, int blocks, long tokens, long textWidth, bool isLinear)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(6, RandomPurpose.Other);
        using var layers = new SpatialTransformer(Config(blocks, textWidth, isLinear), block: 0, onlyCrossAttention: false);
        foreach (var (_, parameter) in layers.named_parameters())
        {
            using var noGradient = no_grad();
            parameter.add_(random.Normal(parameter.shape), alpha: 0.1);
        }

        var (x, text, gradient) = (random.Normal(samples, 96, height, width), random.Normal(samples, tokens, textWidth), random.Normal(samples, 96, height, width));
        Assert.NotNull(SpatialShape.For(x, text, layers.named_parameters().First().parameter, blocks, 3, 8, 1e-6));

        var actual = Run(layers, x, text, gradient);
        var (drawn, kept) = (Drawn(layers, x, text), RunKept(layers, x, text, gradient));
        OwnProducts.Choice = ProductChoice.Never;
        layers.to(ScalarType.Float64);
        var expected = Run(layers, x.to_type(ScalarType.Float64), text.to_type(ScalarType.Float64), gradient.to_type(ScalarType.Float64));

        Close.OfLargest(expected["output"], drawn, Rounding, "drawn");
        foreach (var (name, number) in kept)
        {
            Close.OfLargest(expected[name], number, Rounding, $"{name}, frozen and kept");
        }

        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, number) in expected)
        {
            Close.OfLargest(number, actual[name], Rounding, name);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_text_that_is_kept_is_multiplied_once_and_draws_the_same_bits(int threads)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new RandomStream(15, RandomPurpose.Other);
        using var layers = new SpatialTransformer(Config(2, 48, isLinear: false), block: 0, onlyCrossAttention: false);
        var (x, text) = (random.Normal(5, 96, 8, 8), random.Normal(5, 24, 48));
        var before = get_num_threads();
        try
        {
            set_num_threads(threads);
            var plain = Drawn(layers, x, text);
            using (KeptText.Of(text))
            {
                Same(plain, Drawn(layers, x, text));
                // What is kept no longer asks for it.
                text.mul_(2);
                Same(plain, Drawn(layers, x, text));
            }

            var doubled = Drawn(layers, x, text);
            Assert.False(doubled.equal(plain).all().item<bool>());
            using var anew = KeptText.Of(text);
            Same(doubled, Drawn(layers, x, text));
        }
        finally
        {
            set_num_threads(before);
        }

        static void Same(Tensor expected, Tensor actual) => Assert.True(expected.equal(actual).all().item<bool>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Split_among_lanes_all_parameters_learn_what_they_do_from_the_whole_batch(bool isLinear)
    {
        const int samples = 5;
        using var scope = NewDisposeScope();
        var random = new RandomStream(19, RandomPurpose.Other);
        using var layers = new SpatialTransformer(Config(2, 48, isLinear), block: 0, onlyCrossAttention: false);
        var (x, text, target) = (random.Normal(samples, 96, 4, 4), random.Normal(samples, 24, 48), random.Normal(samples, 96, 4, 4));
        Tensor Loss(long from, long to) => nn.functional.mse_loss(layers.call(x.narrow(0, from, to - from), text.narrow(0, from, to - from)), target.narrow(0, from, to - from));
        Loss(0, samples).backward();
        var whole = layers.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        layers.zero_grad();

        using var lanes = new Lanes(2);
        SplitPass.Backward(lanes, samples, () => Autocast.For(CPU, MixedPrecision.No), Loss);
        var once = layers.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        // What comes next is added; a weight that no longer learns gets nothing.
        var frozen = layers.named_parameters().First(p => p.name.EndsWith("attn2.to_k.weight", StringComparison.Ordinal));
        frozen.parameter.requires_grad_(false);
        SplitPass.Backward(lanes, samples, () => Autocast.For(CPU, MixedPrecision.No), Loss);
        foreach (var (name, parameter) in layers.named_parameters())
        {
            Close.OfLargest(whole[name], once[name], Rounding, name);
            Close.OfLargest(name == frozen.name ? once[name] : 2 * once[name], parameter.grad!, Rounding, name);
        }
    }

    [Fact]
    public void Of_a_text_that_no_kernel_reads_nothing_is_kept()
    {
        using var scope = NewDisposeScope();
        Assert.Null(KeptText.Of(ones(2, 8, 16, dtype: ScalarType.BFloat16)));
        Assert.Null(KeptText.Of(ones(2, 16, 8).transpose(1, 2)));
    }

    private static UNetConfig Config(int blocks, long textWidth, bool isLinear) => UNetConfig.Read(ConfigFile.Parse("unet/config.json", $$"""
        {
          "_class_name": "UNet2DConditionModel", "sample_size": 8, "in_channels": 4, "out_channels": 4, "block_out_channels": [96, 96],
          "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
          "layers_per_block": 1, "attention_head_dim": [3, 3], "norm_num_groups": 8, "cross_attention_dim": {{textWidth}},
          "transformer_layers_per_block": {{blocks}}, "use_linear_projection": {{(isLinear ? "true" : "false")}}
        }
        """));

    private static Tensor Drawn(SpatialTransformer layers, Tensor x, Tensor text)
    {
        using var noGradient = no_grad();
        return layers.call(x, text);
    }

    private static Dictionary<string, Tensor> RunKept(SpatialTransformer layers, Tensor x, Tensor text, Tensor gradient)
    {
        using var kept = KeptKernels.Of(layers);
        layers.SetLearning(false);
        var (pictures, rows) = (x.detach().requires_grad_(true), text.detach().requires_grad_(true));
        var output = layers.call(pictures, rows);
        output.backward([gradient]);
        // The text's alone, where nothing else is asked for.
        var alone = text.detach().requires_grad_(true);
        layers.call(x.detach(), alone).backward([gradient]);
        Assert.True(alone.grad!.equal(rows.grad!).all().item<bool>());
        layers.SetLearning(true);
        return new() { ["output"] = output.detach(), ["x"] = pictures.grad!, ["text"] = rows.grad! };
    }

    private static Dictionary<string, Tensor> Run(SpatialTransformer layers, Tensor x, Tensor text, Tensor gradient)
    {
        layers.zero_grad();
        var (pictures, rows) = (x.detach().requires_grad_(true), text.detach().requires_grad_(true));
        var output = layers.call(pictures, rows);
        output.backward([gradient]);
        var results = layers.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        (results["output"], results["x"], results["text"]) = (output.detach(), pictures.grad!, rows.grad!);
        return results;
    }
}
