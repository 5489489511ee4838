using Diptych.Common;
using Diptych.Common.Runtime;
using Diptych.Common.Unet;
using Diptych.Tests.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

public sealed class UNetStructureTests
{
    private readonly RandomStream _random = new(3, RandomPurpose.Other);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 7)]
    [InlineData(5, 12)]
    public void Any_size_comes_out_as_it_went_in(long height, long width)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        Assert.Equal([2, 4, height, width], network.call(ones(2, 4, height, width), tensor(5L), new(ones(2, 3, 6))).shape);
    }

    [Fact]
    public void Linear_projections_and_1x1_convolutions_of_the_same_weights_agree()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var convolutions = new UNet2DConditionModel(SmallUNet.Config("use_linear_projection", "false"));
        using var linear = new UNet2DConditionModel(SmallUNet.Config("use_linear_projection", "true"));
        var source = convolutions.state_dict();
        foreach (var (name, target) in linear.state_dict())
        {
            target.copy_(source[name].reshape(target.shape));
        }

        var (x, t, text) = Inputs();
        Close.Absolute(convolutions.call(x, t, new(text)), linear.call(x, t, new(text)), 1e-5);
    }

    [Fact]
    public void One_timestep_serves_the_batch_and_each_sample_may_have_its_own()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        var (x, _, text) = Inputs();
        var both = network.call(x, tensor(500L), new(text));
        Close.Absolute(both, network.call(x, tensor(new[] { 500 }), new(text)), 0, "one element");
        Close.Absolute(both, network.call(x, tensor(new[] { 500f, 500f }), new(text)), 0, "floating point");
        var mixed = network.call(x, tensor(new[] { 500L, 20L }), new(text));
        Close.Absolute(both[..1], mixed[..1], 1e-6, "first sample");
        Assert.True(Close.MaxDifference(both[1..], mixed[1..]) > 1e-4);
    }

    [Theory]
    [InlineData("only_cross_attention", "true")]
    [InlineData("layers_per_block", "[1, 2]")]
    [InlineData("transformer_layers_per_block", "[2, 1]")]
    [InlineData("downsample_padding", "0")]
    public void Variants_run(string key, string value)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = new UNet2DConditionModel(SmallUNet.Config(key, value));
        var (x, t, text) = Inputs();
        Assert.Equal(x.shape, network.call(x, t, new(text)).shape);
    }

    [Fact]
    public void Only_cross_attention_looks_at_the_text_twice()
    {
        using var network = new UNet2DConditionModel(SmallUNet.Config("only_cross_attention", "[true, false]"));
        Assert.Equal([8, 6], network.get_parameter("down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k.weight")!.shape);
        Assert.Equal([16, 16], network.get_parameter("mid_block.attentions.0.transformer_blocks.0.attn1.to_k.weight")!.shape);
    }

    [Fact]
    public void Each_pictures_summary_and_sizes_change_its_own_prediction_alone()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.ToldSizes));
        var (x, t, text) = Inputs();
        var sizes = SizeConditioning.Rows([SizeConditioning.Whole(64, 96), SizeConditioning.Whole(64, 96)]);
        var prompt = new PromptConditioning(text, _random.Normal(2, 10), sizes);
        var before = network.call(x, t, prompt);
        var others = sizes.clone();
        others[1, 2] = 8;
        foreach (var changed in (PromptConditioning[])[prompt with { TimeIds = others }, prompt with { Pooled = cat([prompt.Pooled![..1], -prompt.Pooled[1..]]) }])
        {
            var after = network.call(x, t, changed);
            Close.Absolute(before[..1], after[..1], 1e-6, "the first picture");
            Assert.True(Close.MaxDifference(before[1..], after[1..]) > 1e-4);
        }

        Assert.Contains("pooled text of 10 numbers", Assert.Throws<DiptychException>(() => network.call(x, t, new(text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Upcast_attention_changes_nothing_in_fp32_and_keeps_fp32_scores_under_autocast()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var plain = new UNet2DConditionModel(SmallUNet.Config());
        using var upcast = new UNet2DConditionModel(SmallUNet.Config("upcast_attention", "true"));
        upcast.load_state_dict(plain.state_dict());
        var (x, t, text) = Inputs();
        var exact = plain.call(x, t, new(text));
        Close.Absolute(exact, upcast.call(x, t, new(text)), 0, "fp32");
        Assert.SkipUnless(Autocast.IsAvailable, "this libtorch does not export autocast");
        using var autocast = Autocast.For(x.device, MixedPrecision.Bf16);
        var (half, full) = (plain.call(x, t, new(text)), upcast.call(x, t, new(text)));
        Assert.Equal(ScalarType.BFloat16, full.dtype);
        Assert.True(Close.MaxDifference(half, full) > 0);
        Close.OfLargest(exact, full, 0.1, "bf16");
    }

    [Fact]
    public void A_forward_pass_leaves_only_its_result_alive()
    {
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        var (x, t, text) = Inputs();
        using (no_grad())
        {
            LiveTensors.Only(() => [network.call(x, t, new(text))]);
        }

        LiveTensors.Only(() => [network.call(x, t, new(text))]);
        LiveTensors.Only(() =>
        {
            using var prediction = network.call(x, t, new(text));
            using var loss = prediction.mean();
            loss.backward();
            network.zero_grad();
            return [];
        });
        x.Dispose();
        t.Dispose();
        text.Dispose();
    }

    [Fact]
    public void Inputs_are_left_as_they_were()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        var (x, t, text) = Inputs();
        var (xBefore, textBefore) = (x.clone(), text.clone());
        network.call(x, t, new(text));
        Close.Absolute(xBefore, x, 0, "sample");
        Close.Absolute(textBefore, text, 0, "text");
    }

    [Fact]
    public void Latents_or_text_of_another_model_are_refused_in_one_line()
    {
        using var scope = NewDisposeScope();
        using var network = new UNet2DConditionModel(SmallUNet.Read(SmallUNet.Json));
        var (x, t, text) = Inputs();
        Assert.Contains("4 channels, not 8", Assert.Throws<DiptychException>(() => network.call(cat([x, x], 1), t, new(text))).Message, StringComparison.Ordinal);
        Assert.Contains("6 numbers a token, not 12", Assert.Throws<DiptychException>(() => network.call(x, t, new(cat([text, text], 2)))).Message, StringComparison.Ordinal);
    }

    private (Tensor Sample, Tensor Timestep, Tensor Text) Inputs() => (_random.Normal(2, 4, 8, 8), tensor(500L), _random.Normal(2, 3, 6));
}
