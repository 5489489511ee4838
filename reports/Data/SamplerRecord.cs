namespace Diptych.Reports.Data;

/// <summary>How the pictures were drawn, the same for every arm.</summary>
public sealed record SamplerRecord
{
    /// <summary>Sampler, such as <c>ddim</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Denoising steps a picture.</summary>
    public required int Steps { get; init; }

    /// <summary>Classifier-free guidance scale.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Different initial latents for each prompt.</summary>
    public required int SeedsPerPrompt { get; init; }

    /// <summary>Prompt of the unconditional half; mostly empty.</summary>
    public string NegativePrompt { get; init; } = "";
}
