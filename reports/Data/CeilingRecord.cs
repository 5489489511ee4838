namespace Diptych.Reports.Data;

/// <summary>What the judge says of pictures that need no learning: the range in which an arm's subject fidelity can be read.</summary>
public sealed record CeilingRecord
{
    /// <summary>Subject fidelity of real, held-out pictures of the subject: what a perfect method would score.</summary>
    public double? HeldOut { get; init; }

    /// <summary>Subject fidelity of the same pictures after the autoencoder's round trip: what this model could reach.</summary>
    public double? RoundTrip { get; init; }

    /// <summary>Subject fidelity of well drawn pictures of others of the class, in paints of their own: what is scored by not being the subject.</summary>
    public double? LookAlike { get; init; }

    /// <summary>DINO-I of the held-out pictures, each against the others.</summary>
    public double? HeldOutDino { get; init; }

    /// <summary>DINO-I of the held-out pictures after the autoencoder's round trip, each against the other ones as they are.</summary>
    public double? RoundTripDino { get; init; }

    /// <summary>DINO-I of the others of the class.</summary>
    public double? LookAlikeDino { get; init; }

    /// <summary>Share of held-out pictures in which the judge reads each attribute back.</summary>
    public IReadOnlyDictionary<string, double> HeldOutAttributes { get; init; } = new Dictionary<string, double>();

    /// <summary>Number of held-out pictures behind these figures.</summary>
    public int Pictures { get; init; }
}
