using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common.Clip;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Vae;
using Diptych.Common.Weights;

namespace Diptych.Lab.Pretraining;

/// <summary>The configuration files of the laboratory's model, as diffusers and transformers write them. Networks are built from these texts, so file and network agree.</summary>
public static class LabConfigs
{
    private const string Diffusers = "0.42.1";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary><c>model_index.json</c>.</summary>
    public static string ModelIndex() => Json(new()
    {
        ["_class_name"] = "StableDiffusionPipeline", ["_diffusers_version"] = Diffusers,
        ["feature_extractor"] = Pair(null, null), ["image_encoder"] = Pair(null, null), ["requires_safety_checker"] = false, ["safety_checker"] = Pair(null, null),
        ["scheduler"] = Pair("diffusers", "DDIMScheduler"), ["text_encoder"] = Pair("transformers", "CLIPTextModel"), ["tokenizer"] = Pair("transformers", "CLIPTokenizer"),
        ["unet"] = Pair("diffusers", nameof(UNet2DConditionModel)), ["vae"] = Pair("diffusers", nameof(AutoencoderKL)),
    });

    /// <summary>
    /// <c>scheduler_config.json</c>: v-prediction with zero-terminal SNR and trailing timesteps (Lin et al. 2023). With Stable Diffusion's own
    /// schedule the picture's mean colour leaks through the noise at every timestep, and a small network reads colours there instead of in the text.
    /// </summary>
    public static string Scheduler() => Json(new()
    {
        ["_class_name"] = "DDIMScheduler", ["_diffusers_version"] = Diffusers, ["num_train_timesteps"] = 1000, ["beta_schedule"] = "scaled_linear", ["beta_start"] = .00085, ["beta_end"] = .012,
        ["prediction_type"] = "v_prediction", ["rescale_betas_zero_snr"] = true, ["timestep_spacing"] = "trailing", ["clip_sample"] = false, ["set_alpha_to_one"] = true, ["steps_offset"] = 0,
    });

    /// <summary>The autoencoder's <c>config.json</c>.</summary>
    public static string Autoencoder(LabShapes shapes, double scalingFactor)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        return Json(new()
        {
            ["_class_name"] = nameof(AutoencoderKL), ["_diffusers_version"] = Diffusers, ["act_fn"] = "silu", ["block_out_channels"] = Numbers(shapes.AutoencoderChannels),
            ["down_block_types"] = Repeat("DownEncoderBlock2D", 4), ["up_block_types"] = Repeat("UpDecoderBlock2D", 4), ["in_channels"] = 3, ["out_channels"] = 3,
            ["latent_channels"] = shapes.LatentChannels, ["layers_per_block"] = 1, ["mid_block_add_attention"] = false, ["norm_num_groups"] = 8, ["sample_size"] = 128,
            ["scaling_factor"] = scalingFactor, ["force_upcast"] = true, ["use_quant_conv"] = true, ["use_post_quant_conv"] = true,
        });
    }

    /// <summary>The denoiser's <c>config.json</c>.</summary>
    public static string Denoiser(LabShapes shapes)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        return Json(new()
        {
            ["_class_name"] = nameof(UNet2DConditionModel), ["_diffusers_version"] = Diffusers, ["act_fn"] = "silu", ["sample_size"] = 16,
            ["in_channels"] = shapes.LatentChannels, ["out_channels"] = shapes.LatentChannels, ["block_out_channels"] = Numbers(shapes.DenoiserChannels),
            ["down_block_types"] = new JsonArray("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), ["mid_block_type"] = "UNetMidBlock2DCrossAttn",
            ["up_block_types"] = new JsonArray("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), ["layers_per_block"] = 1, ["attention_head_dim"] = Numbers(shapes.DenoiserHeads),
            ["cross_attention_dim"] = shapes.TextWidth, ["norm_num_groups"] = 16, ["norm_eps"] = 1e-5, ["downsample_padding"] = 1, ["flip_sin_to_cos"] = true, ["freq_shift"] = 0,
            ["transformer_layers_per_block"] = 1, ["use_linear_projection"] = false,
        });
    }

    /// <summary>The text encoder's <c>config.json</c>.</summary>
    public static string TextEncoder(ClipTextConfig text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var config = Text(text);
        config["architectures"] = new JsonArray("CLIPTextModel");
        return Json(config);
    }

    /// <summary>A whole CLIP's <c>config.json</c>.</summary>
    public static string Clip(ClipTextConfig text, ClipVisionConfig vision)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(vision);
        var picture = Transformer(vision.Transformer, "clip_vision_model", text.ProjectionDim);
        (picture["image_size"], picture["patch_size"], picture["num_channels"]) = (vision.ImageSize, vision.PatchSize, vision.Channels);
        return Json(new() { ["architectures"] = new JsonArray("CLIPModel"), ["model_type"] = "clip", ["projection_dim"] = text.ProjectionDim, ["text_config"] = Text(text), ["vision_config"] = picture });
    }

    /// <summary>Builds an autoencoder from its configuration's text.</summary>
    public static AutoencoderKL BuildAutoencoder(string config) => new(AutoencoderConfig.Read(ConfigFile.Parse("the laboratory's autoencoder", config)));

    /// <summary>Builds a denoiser from its configuration's text.</summary>
    public static UNet2DConditionModel BuildDenoiser(string config) => new(UNetConfig.Read(ConfigFile.Parse("the laboratory's denoiser", config)));

    private static JsonObject Text(ClipTextConfig text)
    {
        var config = Transformer(text.Transformer, "clip_text_model", text.ProjectionDim);
        (config["vocab_size"], config["max_position_embeddings"]) = (text.VocabularySize, text.MaxPositions);
        (config["bos_token_id"], config["eos_token_id"], config["pad_token_id"]) = (text.EosTokenId - 1, text.EosTokenId, text.EosTokenId);
        return config;
    }

    private static JsonObject Transformer(ClipTransformerConfig transformer, string kind, int projection) => new()
    {
        ["model_type"] = kind, ["hidden_size"] = transformer.HiddenSize, ["intermediate_size"] = transformer.IntermediateSize, ["num_hidden_layers"] = transformer.Layers,
        ["num_attention_heads"] = transformer.Heads, ["hidden_act"] = "quick_gelu", ["layer_norm_eps"] = transformer.LayerNormEpsilon, ["projection_dim"] = projection,
    };

    private static JsonArray Pair(string? library, string? name) => new(library, name);

    private static JsonArray Numbers(IEnumerable<int> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static JsonArray Repeat(string value, int count) => new([.. Enumerable.Repeat(value, count).Select(text => (JsonNode)text)]);

    private static string Json(JsonObject config) => config.ToJsonString(Indented) + "\n";
}
