using System.ComponentModel.DataAnnotations;

namespace Diptych.Lab.Verification;

/// <summary>How the embedded model is verified.</summary>
public sealed record LabVerificationOptions
{
    /// <summary>Guidance scale. Default 4, at which the published figures were taken.</summary>
    [Range(0.0, 100.0)]
    public double Guidance { get; init; } = 4;

    /// <summary>Captions drawn from each set, the first ones. Default 400, or all there are.</summary>
    [Range(1, 100_000)]
    public int CaptionsPerSet { get; init; } = 400;

    /// <summary>Pictures drawn (and passed through the autoencoder) at a time. Default 40.</summary>
    [Range(1, 1000)]
    public int BatchSize { get; init; } = 40;

    /// <summary>Seed of the first batch; each further batch adds its first picture's index. Default 100.</summary>
    [Range(0L, long.MaxValue / 2)]
    public long Seed { get; init; } = 100;
}
