using Diptych.Common.Unet;
using Diptych.Common.Weights;

namespace Diptych.Tests.Common.Unet;

/// <summary>A UNet of a few thousand weights that has one of everything.</summary>
internal static class SmallUNet
{
    public const string Json = """
        {
          "_class_name": "UNet2DConditionModel", "sample_size": 8, "in_channels": 4, "out_channels": 4, "block_out_channels": [8, 16],
          "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
          "layers_per_block": 1, "attention_head_dim": [2, 4], "norm_num_groups": 2, "cross_attention_dim": 6
        }
        """;

    /// <summary>The same, told pooled text of ten numbers and the pictures' sizes.</summary>
    public static string ToldSizes { get; } =
        With("addition_embed_type", "\"text_time\"").TrimEnd('}') + """, "addition_time_embed_dim": 4, "projection_class_embeddings_input_dim": 34 }""";

    public static UNetConfig Config(string key = "sample_size", string value = "8") => Read(With(key, value));

    public static UNetConfig Read(string json) => UNetConfig.Read(ConfigFile.Parse("unet/config.json", json));

    /// <summary>The configuration with one more key, or another value for one.</summary>
    public static string With(string key, string value)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(Json)!;
        node[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        return node.ToJsonString();
    }
}
