using System.Text.Json.Serialization;

namespace Diptych.Lab.Pretraining;

/// <summary>A figure of a stage and the limit it must keep to.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Limit">The limit; null for figures that are only told.</param>
/// <param name="AtMost">Whether the limit is an upper one.</param>
public sealed record Gate(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] double Value,
    [property: JsonPropertyName("limit")] double? Limit = null,
    [property: JsonPropertyName("at_most")] bool AtMost = false)
{
    /// <summary>Whether the figure keeps to its limit.</summary>
    [JsonIgnore]
    public bool Holds => Limit is not { } limit || (AtMost ? Value <= limit : Value >= limit);

    /// <inheritdoc/>
    public override string ToString() => Limit is { } limit
        ? FormattableString.Invariant($"{Name} {Value:0.000} ({(AtMost ? "at most" : "at least")} {limit:0.###}{(Holds ? "" : ", NOT REACHED")})")
        : FormattableString.Invariant($"{Name} {Value:0.000}");
}
