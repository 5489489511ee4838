using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Text;

/// <summary>What a CLIP text encoder's <c>config.json</c> says.</summary>
/// <param name="VocabularySize">Rows of the token table.</param>
/// <param name="MaxPositions">Longest prompt in tokens.</param>
/// <param name="EosTokenId">Id whose row is the pooled output; 2 stands for "the largest id", as in the oldest checkpoints.</param>
/// <param name="ProjectionDim">Width of the space shared with pictures, in models that have the projection.</param>
/// <param name="Transformer">The stack of blocks.</param>
public sealed record ClipTextConfig(int VocabularySize, int MaxPositions, long EosTokenId, int ProjectionDim, ClipTransformerConfig Transformer)
{
    /// <summary>Width of a token, D.</summary>
    public int HiddenSize => Transformer.HiddenSize;

    /// <summary>Reads a text encoder's configuration, or the <c>text_config</c> of a whole CLIP model; absent keys take transformers' defaults.</summary>
    /// <exception cref="DiptychException">A value is out of range or of the wrong kind.</exception>
    public static ClipTextConfig Read(ConfigFile config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Root.TryGetProperty("text_config", out var nested) && nested.ValueKind == JsonValueKind.Object)
        {
            config = ConfigFile.Parse($"{config.Path} (text_config)", nested.GetRawText());
        }

        return new ClipTextConfig(
            ClipTransformerConfig.Positive(config, "vocab_size", 49408),
            ClipTransformerConfig.Positive(config, "max_position_embeddings", 77),
            config.Int("eos_token_id", 49407),
            ClipTransformerConfig.Positive(config, "projection_dim", 512),
            ClipTransformerConfig.Read(config, new ClipTransformerConfig(512, 2048, 12, 8, ClipActivation.QuickGelu, 1e-5)));
    }
}
