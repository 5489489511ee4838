using Diptych.Common.Clip;
using Diptych.Common.Text;

namespace Diptych.Lab.Pretraining;

/// <summary>Sizes of the laboratory's networks. All files of the release together stay under 40 MB.</summary>
public sealed record LabShapes
{
    /// <summary>Tokens of a padded prompt: the longest caption has 22.</summary>
    public const int ContextLength = 24;

    /// <summary>Channels of the autoencoder's four levels.</summary>
    public IReadOnlyList<int> AutoencoderChannels { get; init; } = [32, 48, 96, 128];

    /// <summary>Channels of the latents.</summary>
    public int LatentChannels { get; init; } = 16;

    /// <summary>Channels of the denoiser's three levels.</summary>
    public IReadOnlyList<int> DenoiserChannels { get; init; } = [96, 160, 176];

    /// <summary>Attention heads of the denoiser's levels; the first level does not attend.</summary>
    public IReadOnlyList<int> DenoiserHeads { get; init; } = [3, 5, 11];

    /// <summary>Width of the text encoder.</summary>
    public int TextWidth { get; init; } = 160;

    /// <summary>Blocks of the text encoder.</summary>
    public int TextLayers { get; init; } = 3;

    /// <summary>Channels of the oracle's five stages.</summary>
    public IReadOnlyList<int> OracleChannels { get; init; } = [32, 64, 96, 128, 160];

    /// <summary>Channels of mini-DINO's five stages.</summary>
    public IReadOnlyList<int> MiniDinoChannels { get; init; } = [16, 32, 48, 64, 80];

    /// <summary>Sizes for tests.</summary>
    public static LabShapes Micro { get; } = new()
    {
        AutoencoderChannels = [8, 8, 16, 16], DenoiserChannels = [32, 32, 32], DenoiserHeads = [1, 1, 2], TextWidth = 32, TextLayers = 1,
        OracleChannels = [8, 8, 16, 16, 16], MiniDinoChannels = [8, 8, 16, 16, 16],
    };

    /// <summary>The generator's text encoder, as one half of a CLIP.</summary>
    /// <param name="vocabularySize">Entries of the tokenizer; the last is the end token.</param>
    public ClipTextConfig Text(int vocabularySize) =>
        new(vocabularySize, ContextLength, vocabularySize - 1, 128, new ClipTransformerConfig(TextWidth, 4 * TextWidth, TextLayers, Math.Max(1, TextWidth / 32), ClipActivation.QuickGelu, 1e-5));

    /// <summary>The picture tower beside it, which is not kept.</summary>
    public ClipVisionConfig Vision => new(64, 8, 3, new ClipTransformerConfig(TextWidth + 32, 4 * (TextWidth + 32), TextLayers + 1, (TextWidth + 32) / 32, ClipActivation.QuickGelu, 1e-5));

    /// <summary>The judge's text tower.</summary>
    /// <param name="vocabularySize">Entries of the tokenizer; the last is the end token.</param>
    public ClipTextConfig JudgeText(int vocabularySize) =>
        new(vocabularySize, ContextLength, vocabularySize - 1, 96, new ClipTransformerConfig(96, 384, Math.Min(2, TextLayers), 3, ClipActivation.QuickGelu, 1e-5));

    /// <summary>The judge's picture tower.</summary>
    public ClipVisionConfig JudgeVision => new(64, 8, 3, new ClipTransformerConfig(128, 512, TextLayers + 1, 4, ClipActivation.QuickGelu, 1e-5));
}
