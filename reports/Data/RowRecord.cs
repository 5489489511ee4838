namespace Diptych.Reports.Data;

/// <summary>A mean with its 95 % interval: one arm, one family, one measure.</summary>
/// <param name="Arm">Arm, one of <see cref="ArmIds"/>.</param>
/// <param name="Family">Prompt family, or <see cref="FamilyIds.Pooled"/>.</param>
/// <param name="Metric">Measure, one of <see cref="MetricIds"/>.</param>
/// <param name="Value">Mean over pictures (over families of it where pooled).</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="N">Pictures behind the mean.</param>
public sealed record RowRecord(string Arm, string Family, string Metric, double Value, double Low, double High, int N);
