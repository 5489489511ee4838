using System.Text.Json;
using Diptych.Common.Layers;
using Diptych.Common.Weights;

namespace Diptych.Common.Unet;

/// <summary>The shape of a <see cref="UNet2DConditionModel"/>, as in diffusers' <c>config.json</c>. Lists go from the highest resolution down.</summary>
public sealed record UNetConfig
{
    private const string CrossAttentionDown = "CrossAttnDownBlock2D";
    private const string CrossAttentionUp = "CrossAttnUpBlock2D";

    /// <summary>Latent pixels a side the model was trained on; 64 where the file does not say.</summary>
    public required int SampleSize { get; init; }

    /// <summary>Channels of the noisy latents.</summary>
    public required int InChannels { get; init; }

    /// <summary>Channels of the prediction.</summary>
    public required int OutChannels { get; init; }

    /// <summary>Whether the timestep's cosines come before its sines.</summary>
    public required bool FlipSinToCos { get; init; }

    /// <summary>Subtracted from the number of frequencies in the timestep's exponents.</summary>
    public required double FrequencyShift { get; init; }

    /// <summary>Width of the time embedding.</summary>
    public required int TimeEmbeddingDim { get; init; }

    /// <summary>Channels at each resolution.</summary>
    public required IReadOnlyList<int> BlockOutChannels { get; init; }

    /// <summary>Whether each down block attends to the text.</summary>
    public required IReadOnlyList<bool> DownAttention { get; init; }

    /// <summary>Whether each up block attends to the text; this list goes from the lowest resolution up.</summary>
    public required IReadOnlyList<bool> UpAttention { get; init; }

    /// <summary>Whether the first attention of each block's transformers looks at the text too, instead of the picture.</summary>
    public required IReadOnlyList<bool> OnlyCrossAttention { get; init; }

    /// <summary>Residual blocks at each resolution on the way down; one more on the way up.</summary>
    public required IReadOnlyList<int> LayersPerBlock { get; init; }

    /// <summary>Attention heads at each resolution.</summary>
    public required IReadOnlyList<int> HeadsPerBlock { get; init; }

    /// <summary>Transformer blocks in each attention layer, by resolution.</summary>
    public required IReadOnlyList<int> TransformerLayersPerBlock { get; init; }

    /// <summary>Numbers a text token has.</summary>
    public required int CrossAttentionDim { get; init; }

    /// <summary>Whether transformers project by linear layers (Stable Diffusion 2.x and XL) instead of 1x1 convolutions (1.x).</summary>
    public required bool UseLinearProjection { get; init; }

    /// <summary>Whether attention scores are taken in fp32 under half precision, whose range they can leave (Stable Diffusion 2.1).</summary>
    public required bool UpcastAttention { get; init; }

    /// <summary>How the network is told of pooled text and picture sizes; <see langword="null"/> before Stable Diffusion XL.</summary>
    public AddedConditions? Added { get; init; }

    /// <summary>Groups of every group normalisation.</summary>
    public required int NormGroups { get; init; }

    /// <summary>Epsilon of the residual blocks' group normalisations.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Padding of the downsampling convolutions; 0 pads behind only.</summary>
    public required int DownsamplePadding { get; init; }

    /// <summary>Reads the configuration; keys that are missing take diffusers' defaults.</summary>
    /// <exception cref="DiptychException">The file asks for something not built here; the message names file, key and value.</exception>
    public static UNetConfig Read(ConfigFile config)
    {
        ArgumentNullException.ThrowIfNull(config);
        RefuseOtherArchitectures(config);
        var channels = config.Ints("block_out_channels", [320, 640, 1280, 1280]);
        var blocks = channels.Count;
        var groups = config.Int("norm_num_groups", 32);
        SupportedConfig.DivisibleByGroups(config, channels, groups);
        // diffusers' misnomer: the key holds the number of heads, and num_attention_heads must stay null.
        var heads = SupportedConfig.IntsPerBlock(config, "attention_head_dim", 8, blocks);
        for (var i = 0; i < blocks; i++)
        {
            if (channels[i] % heads[i] != 0)
            {
                throw SupportedConfig.Refusal(config, "attention_head_dim", $"{heads[i]}", $"a number of heads that divides the block's {channels[i]} channels");
            }
        }

        return new UNetConfig
        {
            SampleSize = config.Int("sample_size", 64),
            InChannels = config.Int("in_channels", 4),
            OutChannels = config.Int("out_channels", 4),
            FlipSinToCos = config.Flag("flip_sin_to_cos", true),
            FrequencyShift = config.Number("freq_shift", 0),
            TimeEmbeddingDim = config.Int("time_embedding_dim", 4 * channels[0]),
            BlockOutChannels = channels,
            DownAttention = Attention(config, "down_block_types", CrossAttentionDown, "DownBlock2D", blocks, [true, true, true, false]),
            UpAttention = Attention(config, "up_block_types", CrossAttentionUp, "UpBlock2D", blocks, [false, true, true, true]),
            OnlyCrossAttention = FlagsPerBlock(config, "only_cross_attention", blocks),
            LayersPerBlock = SupportedConfig.IntsPerBlock(config, "layers_per_block", 2, blocks),
            HeadsPerBlock = heads,
            TransformerLayersPerBlock = SupportedConfig.IntsPerBlock(config, "transformer_layers_per_block", 1, blocks),
            CrossAttentionDim = TextWidth(config, blocks),
            UseLinearProjection = config.Flag("use_linear_projection", false),
            UpcastAttention = config.Flag("upcast_attention", false),
            Added = ReadAdded(config),
            NormGroups = groups,
            NormEpsilon = config.Number("norm_eps", 1e-5),
            DownsamplePadding = config.Int("downsample_padding", 1),
        };
    }

    private static void RefuseOtherArchitectures(ConfigFile config)
    {
        SupportedConfig.Only(config, "act_fn", "\"silu\"", "\"swish\"");
        SupportedConfig.Only(config, "mid_block_type", "\"UNetMidBlock2DCrossAttn\"");
        SupportedConfig.Only(config, "resnet_time_scale_shift", "\"default\"");
        SupportedConfig.Only(config, "time_embedding_type", "\"positional\"");
        SupportedConfig.Only(config, "attention_type", "\"default\"");
        SupportedConfig.Only(config, "mid_block_scale_factor", "1");
        SupportedConfig.Only(config, "resnet_out_scale_factor", "1");
        SupportedConfig.Only(config, "conv_in_kernel", "3");
        SupportedConfig.Only(config, "conv_out_kernel", "3");
        SupportedConfig.Only(config, "dropout", "0");
        foreach (var key in (string[])["center_input_sample", "dual_cross_attention", "class_embeddings_concat", "resnet_skip_time_act"])
        {
            SupportedConfig.Only(config, key, "false", "null");
        }

        foreach (var key in (string[])["class_embed_type", "num_class_embeds", "encoder_hid_dim", "encoder_hid_dim_type",
            "num_attention_heads", "time_embedding_act_fn", "timestep_post_act", "time_cond_proj_dim", "cross_attention_norm",
            "reverse_transformer_layers_per_block"])
        {
            SupportedConfig.Only(config, key, "null");
        }
    }

    private static AddedConditions? ReadAdded(ConfigFile config)
    {
        SupportedConfig.Only(config, "addition_embed_type", "null", "\"text_time\"");
        if (!config.Has("addition_embed_type"))
        {
            SupportedConfig.Only(config, "projection_class_embeddings_input_dim", "null");
            return null;
        }

        var added = new AddedConditions(config.Int("addition_time_embed_dim"), config.Int("projection_class_embeddings_input_dim"));
        return added.WavesPerSize > 0 && added.PooledWidth > 0
            ? added
            : throw SupportedConfig.Refusal(config, "projection_class_embeddings_input_dim", $"{added.InputWidth}", $"more than {SizeConditioning.Count} times addition_time_embed_dim, {added.WavesPerSize}");
    }

    private static bool[] Attention(ConfigFile config, string key, string with, string without, int blocks, bool[] fallback)
    {
        var attends = config.Has(key)
            ? config.Texts(key).Select(type => type == with || (type == without ? false : throw SupportedConfig.Refusal(config, key, $"\"{type}\"", $"\"{with}\" or \"{without}\""))).ToArray()
            : fallback;
        return attends.Length == blocks
            ? attends
            : throw SupportedConfig.Refusal(config, key, $"{attends.Length} blocks", $"one for each of the {blocks} block_out_channels");
    }

    private static IReadOnlyList<bool> FlagsPerBlock(ConfigFile config, string key, int blocks)
    {
        if (!config.Has(key) || config.Root.GetProperty(key).ValueKind != JsonValueKind.Array)
        {
            return [.. Enumerable.Repeat(config.Flag(key, false), blocks)];
        }

        var value = config.Root.GetProperty(key);
        return value.GetArrayLength() == blocks && value.EnumerateArray().All(e => e.ValueKind is JsonValueKind.True or JsonValueKind.False)
            ? [.. value.EnumerateArray().Select(e => e.GetBoolean())]
            : throw SupportedConfig.Refusal(config, key, value.GetRawText(), $"true or false, or one of them for each of the {blocks} blocks");
    }

    private static int TextWidth(ConfigFile config, int blocks)
    {
        var widths = SupportedConfig.IntsPerBlock(config, "cross_attention_dim", 1280, blocks);
        return widths.Distinct().Count() == 1
            ? widths[0]
            : throw SupportedConfig.Refusal(config, "cross_attention_dim", $"[{string.Join(", ", widths)}]", "one width: all blocks see the same text");
    }
}
