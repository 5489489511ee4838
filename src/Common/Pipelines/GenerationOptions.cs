using System.ComponentModel.DataAnnotations;
using Diptych.Common.Diffusion;
using Diptych.Common.Runtime;
using Diptych.Common.Unet;

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

    /// <summary>Pictures drawn at once. Default 8.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; init; } = 8;

    /// <summary>Precision of matrix products. Default fp32.</summary>
    public MixedPrecision MixedPrecision { get; init; }
}
