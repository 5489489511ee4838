using Diptych.Common.Vae;
using Diptych.Common.Weights;

namespace Diptych.Tests.Common.Vae;

/// <summary>An autoencoder of a few thousand weights: f2, four latent channels.</summary>
internal static class SmallAutoencoder
{
    public const string Json = """
        {
          "_class_name": "AutoencoderKL", "sample_size": 16, "block_out_channels": [8, 16], "norm_num_groups": 2, "layers_per_block": 1,
          "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"]
        }
        """;

    public static AutoencoderConfig Config(string key = "sample_size", string value = "16")
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(Json)!;
        node[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        return Read(node.ToJsonString());
    }

    public static AutoencoderConfig Read(string json) => AutoencoderConfig.Read(ConfigFile.Parse("vae/config.json", json));
}
