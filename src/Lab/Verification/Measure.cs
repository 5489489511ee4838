using System.Globalization;
using System.Text.Json.Serialization;

namespace Diptych.Lab.Verification;

/// <summary>A mean and what it was taken over.</summary>
/// <param name="Value">The mean (a share from 0 to 1, or in the measure's unit); null where nothing could be counted.</param>
/// <param name="N">Number of pictures counted.</param>
public sealed record Measure([property: JsonPropertyName("value")] double? Value, [property: JsonPropertyName("n")] int N)
{
    /// <summary>The mean of some values.</summary>
    public static Measure MeanOf(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new Measure(values.Count == 0 ? null : values.Average(), values.Count);
    }

    /// <summary>The share of hits, 0 to 1.</summary>
    public static Measure ShareOf(IReadOnlyCollection<bool> hits) => MeanOf([.. hits.Select(hit => hit ? 1.0 : 0.0)]);

    /// <summary>The mean over the values behind several measures; those without a value do not count.</summary>
    public static Measure Together(IEnumerable<Measure> measures)
    {
        var counted = measures.Where(measure => measure.Value is not null).ToList();
        var n = counted.Sum(measure => measure.N);
        return new Measure(n == 0 ? null : counted.Sum(measure => measure.Value!.Value * measure.N) / n, n);
    }

    /// <summary>For tables: "0.965 (200)", or "-" where nothing was counted.</summary>
    public override string ToString() => Value is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.000} ({N})") : "-";
}
