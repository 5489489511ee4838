namespace Diptych.Reports.Data;

/// <summary>What the judge says of pictures that need no learning: the range in which an arm's subject fidelity can be read.</summary>
public sealed record CeilingRecord
{
    /// <summary>Subject fidelity of real, held-out pictures of the subject: what a perfect method would score.</summary>
    public double? HeldOut { get; init; }

    /// <summary>Subject fidelity of the same pictures after the autoencoder's round trip: what this model could reach.</summary>
    public double? RoundTrip { get; init; }

    /// <summary>Subject fidelity of pictures of others of the class: what mere likeness scores.</summary>
    public double? LookAlike { get; init; }

    /// <summary>Share of held-out pictures in which the judge reads each attribute back.</summary>
    public IReadOnlyDictionary<string, double> HeldOutAttributes { get; init; } = new Dictionary<string, double>();

    /// <summary>Number of held-out pictures behind these figures.</summary>
    public int Pictures { get; init; }
}
