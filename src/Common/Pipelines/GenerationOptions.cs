using System.ComponentModel.DataAnnotations;
using Diptych.Common.Diffusion;
using Diptych.Common.Runtime;
using Diptych.Common.Unet;
using Diptych.Common.Vae;

namespace Diptych.Common.Pipelines;

/// <summary>How pictures are drawn.</summary>
public sealed record GenerationOptions
{
    /// <summary>Sampler steps. Default 25.</summary>
    [Range(1, 1000)]
    public int Steps { get; init; } = 25;

    /// <summary>Classifier-free guidance scale (Ho and Salimans, 2022, eq. 6 with w + 1 = scale). Default 7.5; 1 or less draws without guidance.</summary>
    [Range(0.0, 100.0)]
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>
    /// What the picture should not show, one for all prompts. Default none: the unconditional prompt, which is the empty one, or zeros in models
    /// trained that way (Stable Diffusion XL), where an empty text is something else.
    /// </summary>
    public string? NegativePrompt { get; init; }

    /// <summary>
    /// Whether brackets in prompts weigh words: <c>(word:1.3)</c>, <c>(word)</c> = 1.1, <c>[word]</c> = 1/1.1, with <c>\(</c> for a bracket itself
    /// (see <see cref="Text.PromptWeights"/> and, for what a weight does, <see cref="Text.PromptEmphasis"/>). Default no: brackets are letters.
    /// </summary>
    public bool PromptWeights { get; init; }

    /// <summary>Whether prompts longer than the text encoder reads are read to their end, in chunks (<see cref="Text.PromptChunks"/>). Default no: the end is dropped.</summary>
    public bool LongPrompts { get; init; }

    /// <summary>
    /// Last layers of the text encoder left out, in diffusers' counting: 1 takes the output of the layer before the last. Elsewhere the last
    /// layer itself is called 1, so that 1 here is 2 there. The final norm still follows in Stable Diffusion 1 and 2; XL reads the last but one
    /// layer without it to begin with, and 1 takes the one before that. Default 0.
    /// </summary>
    [Range(0, 100)]
    public int ClipSkip { get; init; }

    /// <summary>How far each prediction's standard deviation is brought back to the conditional one's after guidance (Lin et al. 2023, section 3.4). Default 0; 0.7 there.</summary>
    [Range(0.0, 1.0)]
    public double GuidanceRescale { get; init; }

    /// <summary>DDIM's share of DDPM's noise (Song et al. 2021, eq. 16). Default 0, deterministic.</summary>
    [Range(0.0, 1.0)]
    public double Eta { get; init; }

    /// <summary>The sampler; default the one the model's scheduler config names.</summary>
    public SamplerKind? Sampler { get; init; }

    /// <summary>Scheduler settings; default the model's own.</summary>
    public SchedulerConfig? Scheduler { get; init; }

    /// <summary>Height in pixels; default the model's own.</summary>
    public int? Height { get; init; }

    /// <summary>Width in pixels; default the model's own.</summary>
    public int? Width { get; init; }

    /// <summary>The sizes a Stable Diffusion XL is told, others ignore them; default an uncropped picture of the size drawn.</summary>
    public SizeConditioning? Sizes { get; init; }

    /// <summary>Whether the autoencoder takes the pictures of a batch one by one (<see cref="VaeMemory.Slicing"/>). Default no.</summary>
    public bool VaeSlicing { get; init; }

    /// <summary>Whether the autoencoder takes large pictures in tiles (<see cref="VaeMemory.Tiling"/>). Default no.</summary>
    public bool VaeTiling { get; init; }

    /// <summary>Pictures drawn at once. Default 8.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; init; } = 8;

    /// <summary>Precision of matrix products. Default fp32.</summary>
    public MixedPrecision MixedPrecision { get; init; }

    /// <summary>What the autoencoder does to need less memory.</summary>
    internal VaeMemory VaeMemory => new() { Slicing = VaeSlicing, Tiling = VaeTiling };
}
