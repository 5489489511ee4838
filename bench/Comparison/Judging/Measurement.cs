namespace Diptych.Comparison.Judging;

/// <summary>What the judges say of one picture.</summary>
/// <param name="Metrics">Values by metric; <see langword="null"/> where a metric does not apply.</param>
/// <param name="Attributes">Each counted attribute of the subject: 1 where it was read back, 0 where not.</param>
internal sealed record Measurement(IReadOnlyDictionary<string, double?> Metrics, IReadOnlyDictionary<string, double> Attributes);
