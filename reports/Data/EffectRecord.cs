namespace Diptych.Reports.Data;

/// <summary>A paired difference with its 95 % interval. Pairs share context and initial latents.</summary>
public sealed record EffectRecord
{
    /// <summary>What is subtracted from what.</summary>
    public required EffectKind Kind { get; init; }

    /// <summary>Prompt family, or <see cref="FamilyIds.Pooled"/>.</summary>
    public required string Family { get; init; }

    /// <summary>Family subtracted, for <see cref="EffectKind.Families"/> and <see cref="EffectKind.Interaction"/>; null otherwise.</summary>
    public string? ReferenceFamily { get; init; }

    /// <summary>Measure, one of <see cref="MetricIds"/>.</summary>
    public required string Metric { get; init; }

    /// <summary>Arm from which is subtracted.</summary>
    public required string ArmA { get; init; }

    /// <summary>Arm subtracted; the same as <see cref="ArmA"/> where families are compared.</summary>
    public required string ArmB { get; init; }

    /// <summary>Mean of the paired differences.</summary>
    public required double Difference { get; init; }

    /// <summary>Lower end of the interval.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the interval.</summary>
    public required double High { get; init; }

    /// <summary>Pairs behind the mean.</summary>
    public required int N { get; init; }

    /// <summary>Independent units the test flips signs of: contexts, or initial noises in their contexts; null where nothing was tested.</summary>
    public int? Units { get; init; }

    /// <summary>Whether zero lies outside the interval.</summary>
    public required bool ExcludesZero { get; init; }

    /// <summary>Two-sided p of the sign-flip test, for the endpoints fixed before the run; null for all other effects.</summary>
    public double? P { get; init; }

    /// <summary>The same after Holm's correction over those endpoints.</summary>
    public double? PHolm { get; init; }
}
