using Diptych.Common;
using Diptych.Common.Unet;
using Diptych.Common.Weights;

namespace Diptych.Tests.Common.Unet;

public sealed class UNetConfigTests
{
    [Fact]
    public void Missing_keys_take_the_defaults_of_diffusers()
    {
        var config = SmallUNet.Read("{}");
        Assert.Equal([320, 640, 1280, 1280], config.BlockOutChannels);
        Assert.Equal([true, true, true, false], config.DownAttention);
        Assert.Equal([false, true, true, true], config.UpAttention);
        Assert.Equal([2, 2, 2, 2], config.LayersPerBlock);
        Assert.Equal([8, 8, 8, 8], config.HeadsPerBlock);
        Assert.Equal(1280, config.CrossAttentionDim);
        Assert.Equal(1280, config.TimeEmbeddingDim);
        Assert.Equal((4, 4, 64, 32, 1), (config.InChannels, config.OutChannels, config.SampleSize, config.NormGroups, config.DownsamplePadding));
        Assert.True(config.FlipSinToCos);
        Assert.False(config.UseLinearProjection);
    }

    [Fact]
    public void Numbers_may_be_given_once_or_for_each_block()
    {
        Assert.Equal([3, 3], SmallUNet.Config("layers_per_block", "3").LayersPerBlock);
        Assert.Equal([1, 2], SmallUNet.Config("layers_per_block", "[1, 2]").LayersPerBlock);
        Assert.Equal([2, 4], SmallUNet.Config("attention_head_dim", "[2, 4]").HeadsPerBlock);
        Assert.Equal([2, 3], SmallUNet.Config("transformer_layers_per_block", "[2, 3]").TransformerLayersPerBlock);
        Assert.Equal([true, true], SmallUNet.Config("only_cross_attention", "true").OnlyCrossAttention);
        Assert.Equal([true, false], SmallUNet.Config("only_cross_attention", "[true, false]").OnlyCrossAttention);
    }

    [Theory]
    [InlineData("act_fn", "\"gelu\"")]
    [InlineData("addition_embed_type", "\"text\"")]
    [InlineData("projection_class_embeddings_input_dim", "88")]
    [InlineData("reverse_transformer_layers_per_block", "[1, 2]")]
    [InlineData("class_embed_type", "\"timestep\"")]
    [InlineData("num_class_embeds", "10")]
    [InlineData("encoder_hid_dim", "4096")]
    [InlineData("encoder_hid_dim_type", "\"text_proj\"")]
    [InlineData("num_attention_heads", "8")]
    [InlineData("resnet_time_scale_shift", "\"scale_shift\"")]
    [InlineData("mid_block_type", "null")]
    [InlineData("mid_block_scale_factor", "1.5")]
    [InlineData("down_block_types", "[\"CrossAttnDownBlock2D\", \"AttnDownBlock2D\"]")]
    [InlineData("up_block_types", "[\"UpBlock2D\"]")]
    [InlineData("attention_head_dim", "[2, 4, 8]")]
    [InlineData("attention_head_dim", "3")]
    [InlineData("layers_per_block", "0")]
    [InlineData("norm_num_groups", "3")]
    [InlineData("cross_attention_dim", "[6, 8]")]
    [InlineData("center_input_sample", "true")]
    [InlineData("time_cond_proj_dim", "256")]
    [InlineData("dropout", "0.1")]
    public void What_is_not_built_is_refused_by_file_and_key(string key, string value)
    {
        var error = Assert.Throws<DiptychException>(() => SmallUNet.Config(key, value));
        Assert.Contains("unet/config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("act_fn", "\"swish\"")]
    [InlineData("mid_block_scale_factor", "1.0")]
    [InlineData("num_attention_heads", "null")]
    [InlineData("dual_cross_attention", "false")]
    public void What_changes_nothing_is_accepted(string key, string value) => Assert.Equal(4, SmallUNet.Config(key, value).InChannels);

    [Fact]
    public void Pooled_text_and_sizes_are_read_together_or_refused()
    {
        Assert.Null(SmallUNet.Config().Added);
        Assert.False(SmallUNet.Config().UpcastAttention);
        Assert.True(SmallUNet.Config("upcast_attention", "true").UpcastAttention);
        Assert.Equal(new AddedConditions(4, 34), SmallUNet.Read(SmallUNet.ToldSizes).Added);
        Assert.Equal(10, SmallUNet.Read(SmallUNet.ToldSizes).Added!.PooledWidth);
        Assert.Contains("addition_time_embed_dim", Assert.Throws<DiptychException>(() => SmallUNet.Config("addition_embed_type", "\"text_time\"")).Message, StringComparison.Ordinal);
        var none = SmallUNet.ToldSizes.Replace("34", "24", StringComparison.Ordinal);
        Assert.Contains("projection_class_embeddings_input_dim\": 24", Assert.Throws<DiptychException>(() => SmallUNet.Read(none)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_embedded_model_is_understood()
    {
        var config = UNetConfig.Read(ConfigFile.Read(Path.Combine(Fixtures.Repository, "models", "lab", "model", "unet", "config.json")));
        Assert.Equal(config.BlockOutChannels.Count, config.HeadsPerBlock.Count);
    }
}
