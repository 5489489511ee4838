using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diptych.StepTiming;

/// <summary>A run of the benchmark.</summary>
/// <param name="Machine">Processor, cores, system, libtorch.</param>
/// <param name="Ceiling">What the machine can do at most in fp32.</param>
/// <param name="Bf16Ceiling">The same in bf16, where rows were measured in it.</param>
/// <param name="Rows">One row for each pair.</param>
public sealed record StepTimingResult(
    [property: JsonPropertyName("machine")] string Machine,
    [property: JsonPropertyName("ceiling")] MachineCeiling Ceiling,
    [property: JsonPropertyName("bf16_ceiling")] MachineCeiling? Bf16Ceiling,
    [property: JsonPropertyName("rows")] IReadOnlyList<StepTimingRow> Rows)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Everything, for machines.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented);

    /// <summary>A plain-text table.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Machine}; at most {Ceiling.MatmulGflops:0} GFLOP/s in fp32 products, {Ceiling.ConvGflops:0} in convolutions");
        if (Bf16Ceiling is { } half)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"in bf16 {half.MatmulGflops:0} and {half.ConvGflops:0}");
        }

        text.AppendLine(Line("shape", "method", "batch", "precision", "script ms", "ours ms", "ratio", "of floor", "peak MB", "tensors", "bytes"));
        foreach (var row in Rows)
        {
            text.AppendLine(Line(
                row.Shape, row.Method, F(row.Batch, "0"), row.Precision, F(row.BaselineMs, "0.0"), F(row.OursMs, "0.0"), F(row.Ratio, "0.00"), F(row.FloorShare, "0 %"), F(row.PeakMb, "0"),
                F(row.Tensors, "0"), F(row.AllocatedBytes, "0")));
            text.AppendLine(CultureInfo.InvariantCulture, $"    script: {Phases(row.BaselinePhases)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"    ours:   {Phases(row.Phases)}");
        }

        return text.ToString();
    }

    private static string Phases(IReadOnlyDictionary<string, double> phases) => string.Join(", ", phases.Where(phase => phase.Value > 0).Select(phase => $"{phase.Key} {F(phase.Value, "0.0")}"));

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Line(params string[] cells) => string.Join("  ", cells.Select(cell => cell.PadRight(9))).TrimEnd();
}
