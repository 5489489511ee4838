using System.Text.Json;
using System.Text.Json.Nodes;
using Diptych.Common.SingleFile;

namespace Diptych.Tests.Common.SingleFile;

/// <summary>The published full-size models: their shapes alone give their configurations.</summary>
public sealed class StandardModelTests
{
    private static readonly string[] UnetKeys =
    [
        "in_channels", "out_channels", "sample_size", "block_out_channels", "layers_per_block", "attention_head_dim", "cross_attention_dim", "down_block_types", "up_block_types",
        "transformer_layers_per_block", "use_linear_projection", "upcast_attention", "norm_num_groups", "norm_eps", "flip_sin_to_cos", "freq_shift", "downsample_padding",
    ];

    private static readonly string[] VaeKeys = ["in_channels", "out_channels", "latent_channels", "block_out_channels", "layers_per_block", "sample_size", "scaling_factor", "norm_num_groups", "use_quant_conv", "use_post_quant_conv", "down_block_types", "up_block_types"];

    private static readonly string[] TextKeys = ["vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings", "hidden_act", "layer_norm_eps", "eos_token_id"];

    [Theory]
    [InlineData("sd15", CheckpointFamily.StableDiffusion1, 64, false)]
    [InlineData("sd21", CheckpointFamily.StableDiffusion2, 96, true)]
    [InlineData("sdxl", CheckpointFamily.StableDiffusionXL, 128, false)]
    public void A_unet_of_full_size_gives_its_configuration(string model, CheckpointFamily family, int sampleSize, bool upcast)
    {
        var (tensors, config) = Read(model, "unet");
        string[] keys = model == "sdxl" ? [.. UnetKeys, "addition_embed_type", "addition_time_embed_dim", "projection_class_embeddings_input_dim"] : UnetKeys;

        Same(keys, config, InferredConfig.Unet(family, tensors, sampleSize, upcast));
    }

    [Theory]
    [InlineData("sd15", 512, 0.18215)]
    [InlineData("sdxl", 1024, 0.13025)]
    public void An_autoencoder_of_full_size_gives_its_configuration(string model, int pixels, double scalingFactor)
    {
        var (tensors, config) = Read(model, "vae");

        Same(VaeKeys, config, InferredConfig.Vae(tensors, pixels, scalingFactor));
    }

    [Theory]
    [InlineData("sd15", "text_encoder", false)]
    [InlineData("sd21", "text_encoder", true)]
    [InlineData("sdxl", "text_encoder", false)]
    [InlineData("sdxl", "text_encoder_2", true)]
    public void A_text_encoder_of_full_size_gives_its_configuration(string model, string network, bool openClip)
    {
        var (tensors, config) = Read(model, network);
        string[] keys = network == "text_encoder_2" ? [.. TextKeys, "projection_dim"] : TextKeys;

        Same(keys, config, InferredConfig.Text(tensors, openClip));
    }

    [Theory]
    [InlineData("sd15")]
    [InlineData("sd21")]
    [InlineData("sdxl")]
    public void Every_name_of_a_full_size_unet_is_reached_from_the_original_code_s(string model)
    {
        var (tensors, config) = Read(model, "unet");
        var layers = config.GetProperty("layers_per_block").GetInt32();
        var ldm = tensors.Keys.ToDictionary(n => OriginalNames.Unet(n, layers));
        var names = UnetNames.Of(ldm.Keys);

        Assert.All(ldm, pair => Assert.Equal(pair.Value, names.ToDiffusers(pair.Key)));
    }

    private static (Dictionary<string, TensorRecipe> Tensors, JsonElement Config) Read(string model, string network)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Fixtures.Require("fixtures", "keys", model, network + ".json")));
        var tensors = json.RootElement.GetProperty("tensors").EnumerateObject().ToDictionary(t => t.Name, t => new TensorRecipe(t.Name, [.. t.Value.EnumerateArray().Select(d => d.GetInt64())]));
        return (tensors, json.RootElement.GetProperty("config").Clone());
    }

    private static void Same(string[] keys, JsonElement expected, JsonObject inferred) =>
        Assert.All(keys, key => Assert.Equal($"{key} {string.Concat(expected.GetProperty(key).GetRawText().Where(c => !char.IsWhiteSpace(c)))}", $"{key} {Canonical(inferred[key]!)}"));

    private static string Canonical(JsonNode node) => node.ToJsonString().Replace("1E-05", "1e-05", StringComparison.Ordinal);
}
