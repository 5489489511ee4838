namespace Diptych.Comparison.Statistics;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="N">Values behind the mean.</param>
public sealed record Interval(double Value, double Low, double High, int N)
{
    /// <summary>Whether zero lies outside.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;
}
