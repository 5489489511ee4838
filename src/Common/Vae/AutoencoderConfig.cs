using System.Text.Json;
using Diptych.Common.Layers;
using Diptych.Common.Weights;

namespace Diptych.Common.Vae;

/// <summary>The shape of an <see cref="AutoencoderKL"/>, as in diffusers' <c>config.json</c>. Lists go from the highest resolution down.</summary>
public sealed record AutoencoderConfig
{
    /// <summary>Pixels a side the model was trained on.</summary>
    public required int SampleSize { get; init; }

    /// <summary>Channels of a picture in.</summary>
    public required int InChannels { get; init; }

    /// <summary>Channels of a picture out.</summary>
    public required int OutChannels { get; init; }

    /// <summary>Channels of the latents.</summary>
    public required int LatentChannels { get; init; }

    /// <summary>Latents are multiplied by this before the UNet sees them, and divided by it before decoding (about 1 / their standard deviation).</summary>
    public required double ScalingFactor { get; init; }

    /// <summary>Mean of each latent channel, taken off before scaling; <see langword="null"/> in most models: zero.</summary>
    public IReadOnlyList<double>? LatentsMean { get; init; }

    /// <summary>Standard deviation of each latent channel, divided by before scaling; <see langword="null"/> in most models: one.</summary>
    public IReadOnlyList<double>? LatentsDeviation { get; init; }

    /// <summary>Whether activations leave fp16's range, so that the autoencoder has to run in fp32 where the rest is fp16 (Stable Diffusion XL).</summary>
    public bool ForceUpcast { get; init; } = true;

    /// <summary>Channels at each resolution.</summary>
    public required IReadOnlyList<int> BlockOutChannels { get; init; }

    /// <summary>Residual blocks at each resolution of the encoder; the decoder has one more.</summary>
    public required int LayersPerBlock { get; init; }

    /// <summary>Groups of every group normalisation.</summary>
    public required int NormGroups { get; init; }

    /// <summary>Whether encoder and decoder attend at the lowest resolution.</summary>
    public required bool MidBlockAttention { get; init; }

    /// <summary>Whether a 1x1 convolution follows the encoder.</summary>
    public required bool UseQuantConv { get; init; }

    /// <summary>Whether a 1x1 convolution precedes the decoder.</summary>
    public required bool UsePostQuantConv { get; init; }

    /// <summary>Pixels a side that one latent pixel stands for.</summary>
    public int DownscaleFactor => 1 << (BlockOutChannels.Count - 1);

    /// <summary>Reads the configuration; keys that are missing take diffusers' defaults.</summary>
    /// <exception cref="DiptychException">The file asks for something not built here; the message names file, key and value.</exception>
    public static AutoencoderConfig Read(ConfigFile config)
    {
        ArgumentNullException.ThrowIfNull(config);
        SupportedConfig.Only(config, "act_fn", "\"silu\"", "\"swish\"");
        SupportedConfig.Only(config, "shift_factor", "null");
        var channels = config.Ints("block_out_channels", [64]);
        var groups = config.Int("norm_num_groups", 32);
        SupportedConfig.DivisibleByGroups(config, channels, groups);
        CheckBlocks(config, "down_block_types", "DownEncoderBlock2D", channels.Count);
        CheckBlocks(config, "up_block_types", "UpDecoderBlock2D", channels.Count);
        return new AutoencoderConfig
        {
            SampleSize = config.Int("sample_size", 32),
            InChannels = config.Int("in_channels", 3),
            OutChannels = config.Int("out_channels", 3),
            LatentChannels = config.Int("latent_channels", 4),
            ScalingFactor = config.Number("scaling_factor", 0.18215),
            LatentsMean = PerChannel(config, "latents_mean"),
            LatentsDeviation = PerChannel(config, "latents_std"),
            ForceUpcast = config.Flag("force_upcast", true),
            BlockOutChannels = channels,
            LayersPerBlock = config.Int("layers_per_block", 1),
            NormGroups = groups,
            MidBlockAttention = config.Flag("mid_block_add_attention", true),
            UseQuantConv = config.Flag("use_quant_conv", true),
            UsePostQuantConv = config.Flag("use_post_quant_conv", true),
        };
    }

    private static double[]? PerChannel(ConfigFile config, string key)
    {
        if (!config.Has(key))
        {
            return null;
        }

        var (value, channels) = (config.Root.GetProperty(key), config.Int("latent_channels", 4));
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == channels && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateArray().Select(e => e.GetDouble())]
            : throw SupportedConfig.Refusal(config, key, value.GetRawText(), $"a number for each of the {channels} latent_channels");
    }

    private static void CheckBlocks(ConfigFile config, string key, string type, int blocks)
    {
        var types = config.Texts(key, [type]);
        if (types.Count != blocks || types.Any(t => t != type))
        {
            throw SupportedConfig.Refusal(config, key, $"[{string.Join(", ", types)}]", $"\"{type}\" for each of the {blocks} block_out_channels");
        }
    }
}
