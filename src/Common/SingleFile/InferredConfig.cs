using System.Globalization;
using System.Text.Json.Nodes;

namespace Diptych.Common.SingleFile;

/// <summary>
/// A network's <c>config.json</c> from the shapes of its tensors in diffusers' names, and from what the standard models of its family have
/// where shapes do not say: attention heads, groups of norms, activations.
/// </summary>
internal static class InferredConfig
{
    private const int HeadWidth = 64;

    public static JsonObject Unet(CheckpointFamily family, IReadOnlyDictionary<string, TensorRecipe> tensors, int sampleSize, bool upcast)
    {
        var levels = Count(tensors, "down_blocks.");
        var channels = Levels(levels, i => Rows(tensors, $"down_blocks.{i}.resnets.0.conv1.weight"));
        var layers = Count(tensors, "down_blocks.0.resnets.");
        bool Attends(string side, int i) => tensors.ContainsKey($"{side}_blocks.{i}.attentions.0.norm.weight");
        int Depth(int i) => Attends("down", i) ? Count(tensors, $"down_blocks.{i}.attentions.0.transformer_blocks.") : i == levels - 1 ? Count(tensors, "mid_block.attentions.0.transformer_blocks.") : 1;
        var config = new JsonObject
        {
            ["_class_name"] = "UNet2DConditionModel",
            ["act_fn"] = "silu",
            ["attention_head_dim"] = family == CheckpointFamily.StableDiffusion1 ? 8 : Ints(channels.Select(c => c / HeadWidth)),
            ["block_out_channels"] = Ints(channels),
            ["center_input_sample"] = false,
            ["cross_attention_dim"] = Columns(tensors, tensors.Keys.FirstOrDefault(n => n.EndsWith(".attn2.to_k.weight", StringComparison.Ordinal)) ?? ""),
            ["down_block_types"] = Texts(Levels(levels, i => Attends("down", i) ? "CrossAttnDownBlock2D" : "DownBlock2D")),
            ["downsample_padding"] = 1,
            ["flip_sin_to_cos"] = true,
            ["freq_shift"] = 0,
            ["in_channels"] = Columns(tensors, "conv_in.weight"),
            ["layers_per_block"] = layers,
            ["mid_block_scale_factor"] = 1,
            ["norm_eps"] = 1e-5,
            ["norm_num_groups"] = 32,
            ["out_channels"] = Rows(tensors, "conv_out.weight"),
            ["sample_size"] = sampleSize,
            ["transformer_layers_per_block"] = Same(Levels(levels, Depth)),
            ["up_block_types"] = Texts(Levels(levels, i => Attends("up", i) ? "CrossAttnUpBlock2D" : "UpBlock2D")),
            ["upcast_attention"] = upcast,
            ["use_linear_projection"] = tensors.TryGetValue(tensors.Keys.FirstOrDefault(n => n.EndsWith(".proj_in.weight", StringComparison.Ordinal)) ?? "", out var projection) && projection.Shape.Length == 2,
        };
        if (tensors.TryGetValue("add_embedding.linear_1.weight", out var added))
        {
            config["addition_embed_type"] = "text_time";
            config["addition_time_embed_dim"] = 256;
            config["projection_class_embeddings_input_dim"] = added.Shape[1];
        }

        return config;
    }

    public static JsonObject Vae(IReadOnlyDictionary<string, TensorRecipe> tensors, int pixels, double scalingFactor)
    {
        var levels = Count(tensors, "encoder.down_blocks.");
        return new JsonObject
        {
            ["_class_name"] = "AutoencoderKL",
            ["act_fn"] = "silu",
            ["block_out_channels"] = Ints(Levels(levels, i => Rows(tensors, $"encoder.down_blocks.{i}.resnets.0.conv1.weight"))),
            ["down_block_types"] = Texts(Enumerable.Repeat("DownEncoderBlock2D", levels)),
            ["in_channels"] = Columns(tensors, "encoder.conv_in.weight"),
            ["latent_channels"] = Columns(tensors, "decoder.conv_in.weight"),
            ["layers_per_block"] = Count(tensors, "encoder.down_blocks.0.resnets."),
            ["norm_num_groups"] = 32,
            ["out_channels"] = Rows(tensors, "decoder.conv_out.weight"),
            ["sample_size"] = pixels,
            ["scaling_factor"] = scalingFactor,
            ["force_upcast"] = true,
            ["up_block_types"] = Texts(Enumerable.Repeat("UpDecoderBlock2D", levels)),
            ["use_quant_conv"] = tensors.ContainsKey("quant_conv.weight"),
            ["use_post_quant_conv"] = tensors.ContainsKey("post_quant_conv.weight"),
        };
    }

    public static JsonObject Text(IReadOnlyDictionary<string, TensorRecipe> tensors, bool openClip)
    {
        var width = Columns(tensors, "text_model.embeddings.token_embedding.weight");
        var projected = tensors.TryGetValue("text_projection.weight", out var projection);
        return new JsonObject
        {
            ["architectures"] = new JsonArray(projected ? "CLIPTextModelWithProjection" : "CLIPTextModel"),
            ["model_type"] = "clip_text_model",
            ["bos_token_id"] = 49406,
            ["eos_token_id"] = 49407,
            ["pad_token_id"] = 1,
            ["hidden_act"] = openClip ? "gelu" : "quick_gelu",
            ["hidden_size"] = width,
            ["intermediate_size"] = Rows(tensors, "text_model.encoder.layers.0.mlp.fc1.weight"),
            ["layer_norm_eps"] = 1e-5,
            ["max_position_embeddings"] = Rows(tensors, "text_model.embeddings.position_embedding.weight"),
            ["num_attention_heads"] = Math.Max(1, width / HeadWidth),
            ["num_hidden_layers"] = Count(tensors, "text_model.encoder.layers."),
            ["projection_dim"] = projected ? projection!.Shape[0] : width,
            ["vocab_size"] = Rows(tensors, "text_model.embeddings.token_embedding.weight"),
        };
    }

    // Numbers that follow a prefix: 0, 1, 2, ... up to the highest.
    private static int Count(IReadOnlyDictionary<string, TensorRecipe> tensors, string prefix) => 1 + tensors.Keys
        .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
        .Select(n => int.TryParse(n[prefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
        .DefaultIfEmpty(-1).Max();

    // A tensor that is missing counts as 0 here; the loader names it when it is looked for.
    private static long Rows(IReadOnlyDictionary<string, TensorRecipe> tensors, string name) => tensors.TryGetValue(name, out var t) && t.Shape.Length > 0 ? t.Shape[0] : 0;

    private static long Columns(IReadOnlyDictionary<string, TensorRecipe> tensors, string name) => tensors.TryGetValue(name, out var t) && t.Shape.Length > 1 ? t.Shape[1] : 0;

    private static List<T> Levels<T>(int levels, Func<int, T> of) => [.. Enumerable.Range(0, levels).Select(of)];

    private static JsonArray Ints(IEnumerable<long> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static JsonNode Same(List<int> values) => values.Distinct().Count() == 1 ? values[0] : new JsonArray([.. values.Select(v => (JsonNode)v)]);
}
