using Diptych.Common;

namespace Diptych.Tests.Common.Vae;

public sealed class AutoencoderConfigTests
{
    [Fact]
    public void Missing_keys_take_the_defaults_of_diffusers()
    {
        var config = SmallAutoencoder.Read("""{ "block_out_channels": [64, 64], "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"] }""");
        Assert.Equal((3, 3, 4, 1, 32, 32), (config.InChannels, config.OutChannels, config.LatentChannels, config.LayersPerBlock, config.NormGroups, config.SampleSize));
        Assert.Equal(0.18215, config.ScalingFactor);
        Assert.True(config.ForceUpcast);
        Assert.False(SmallAutoencoder.Config("force_upcast", "false").ForceUpcast);
        Assert.True(config.MidBlockAttention && config.UseQuantConv && config.UsePostQuantConv);
        Assert.Equal(2, config.DownscaleFactor);
    }

    [Theory]
    [InlineData("act_fn", "\"gelu\"")]
    [InlineData("shift_factor", "0.1")]
    [InlineData("latents_mean", "[0.0]")]
    [InlineData("latents_std", "[1.0]")]
    [InlineData("down_block_types", "[\"DownEncoderBlock2D\", \"AttnDownEncoderBlock2D\"]")]
    [InlineData("up_block_types", "[\"UpDecoderBlock2D\"]")]
    [InlineData("norm_num_groups", "3")]
    public void What_is_not_built_is_refused_by_file_and_key(string key, string value)
    {
        var error = Assert.Throws<DiptychException>(() => SmallAutoencoder.Config(key, value));
        Assert.Contains("vae/config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
