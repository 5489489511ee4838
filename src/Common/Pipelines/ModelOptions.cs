using Diptych.Common.Diffusion;

namespace Diptych.Common.Pipelines;

/// <summary>What has to be told about a model where its files leave a choice.</summary>
public sealed record ModelOptions
{
    /// <summary>The variant of a folder's weights, such as <c>fp16</c>. Default the plain files, or the one variant there is.</summary>
    public string? Variant { get; init; }

    /// <summary>For a single file: a model folder whose configurations, scheduler and tokenizers are taken; it needs no weights. Default the family's standard ones.</summary>
    public string? ConfigFolder { get; init; }

    /// <summary>What the network predicts. Default as the folder's scheduler says, or as a single file is recognised.</summary>
    public PredictionType? PredictionType { get; init; }
}
