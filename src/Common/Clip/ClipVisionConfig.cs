using System.Text.Json;
using Diptych.Common.Text;
using Diptych.Common.Weights;

namespace Diptych.Common.Clip;

/// <summary>What the <c>vision_config</c> of a CLIP model's <c>config.json</c> says.</summary>
/// <param name="ImageSize">Height and width of a picture in pixels.</param>
/// <param name="PatchSize">Height and width of a patch; it divides the picture's.</param>
/// <param name="Channels">Colour channels.</param>
/// <param name="Transformer">The stack of blocks.</param>
public sealed record ClipVisionConfig(int ImageSize, int PatchSize, int Channels, ClipTransformerConfig Transformer)
{
    /// <summary>Width of a token, D.</summary>
    public int HiddenSize => Transformer.HiddenSize;

    /// <summary>Patches of a picture and the class token before them.</summary>
    public int Positions => ((ImageSize / PatchSize) * (ImageSize / PatchSize)) + 1;

    /// <summary>Reads the picture tower's part of a CLIP model's configuration; absent keys take transformers' defaults.</summary>
    /// <exception cref="DiptychException">There is no such part, or a value is out of range or of the wrong kind.</exception>
    public static ClipVisionConfig Read(ConfigFile config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (!config.Root.TryGetProperty("vision_config", out var nested) || nested.ValueKind != JsonValueKind.Object)
        {
            throw new DiptychException($"{config.Path} lacks \"vision_config\": use a whole CLIP model (transformers' CLIPModel), not a text encoder.");
        }

        config = ConfigFile.Parse($"{config.Path} (vision_config)", nested.GetRawText());
        var read = new ClipVisionConfig(
            ClipTransformerConfig.Positive(config, "image_size", 224),
            ClipTransformerConfig.Positive(config, "patch_size", 32),
            ClipTransformerConfig.Positive(config, "num_channels", 3),
            ClipTransformerConfig.Read(config, new ClipTransformerConfig(768, 3072, 12, 12, ClipActivation.QuickGelu, 1e-5)));
        return read.ImageSize >= read.PatchSize
            ? read
            : throw new DiptychException($"{config.Path}: \"patch_size\" {read.PatchSize} is larger than \"image_size\" {read.ImageSize}; restore the model's own file.");
    }
}
