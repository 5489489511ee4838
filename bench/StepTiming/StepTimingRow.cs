using System.Text.Json.Serialization;

namespace Diptych.StepTiming;

/// <summary>One pair of steps, measured.</summary>
public sealed record StepTimingRow
{
    /// <summary>The model's shape: lab, sd15, sdxl, or a folder's name.</summary>
    [JsonPropertyName("shape")]
    public required string Shape { get; init; }

    /// <summary>ti or db, a training step; draw, a picture.</summary>
    [JsonPropertyName("method")]
    public required string Method { get; init; }

    /// <summary>Pictures a step; in drawing the baseline's, ours takes more at once where they are small.</summary>
    [JsonPropertyName("batch")]
    public required int Batch { get; init; }

    /// <summary>Pixels a side.</summary>
    [JsonPropertyName("resolution")]
    public required int Resolution { get; init; }

    /// <summary>Precision of our step's products; the baseline's are fp32.</summary>
    [JsonPropertyName("precision")]
    public required string Precision { get; init; }

    /// <summary>Median time of the script-shaped step.</summary>
    [JsonPropertyName("baseline_ms")]
    public required double BaselineMs { get; init; }

    /// <summary>Median time of ours.</summary>
    [JsonPropertyName("ours_ms")]
    public required double OursMs { get; init; }

    /// <summary>Ours relative to the baseline.</summary>
    [JsonPropertyName("ratio")]
    public required double Ratio { get; init; }

    /// <summary>Billions of floating-point operations of our step's products.</summary>
    [JsonPropertyName("gflop")]
    public required double Gflop { get; init; }

    /// <summary>Time those would take at the machine's best rate in this row's precision, relative to the time ours takes.</summary>
    [JsonPropertyName("floor_share")]
    public required double FloorShare { get; init; }

    /// <summary>Largest resident memory with ours, in 10^6 bytes.</summary>
    [JsonPropertyName("peak_mb")]
    public required double PeakMb { get; init; }

    /// <summary>The same with the baseline.</summary>
    [JsonPropertyName("baseline_peak_mb")]
    public required double BaselinePeakMb { get; init; }

    /// <summary>Milliseconds of our step's phases; forward holds the text encoder.</summary>
    [JsonPropertyName("phases")]
    public required IReadOnlyDictionary<string, double> Phases { get; init; }

    /// <summary>Milliseconds of the baseline's phases.</summary>
    [JsonPropertyName("baseline_phases")]
    public required IReadOnlyDictionary<string, double> BaselinePhases { get; init; }

    /// <summary>Tensors our step's managed code makes, one for nearly every operator launched before backward.</summary>
    [JsonPropertyName("tensors")]
    public long Tensors { get; init; }

    /// <summary>The same of the baseline.</summary>
    [JsonPropertyName("baseline_tensors")]
    public long BaselineTensors { get; init; }

    /// <summary>Managed bytes our step allocates.</summary>
    [JsonPropertyName("allocated_bytes")]
    public long AllocatedBytes { get; init; }

    /// <summary>The same of the baseline.</summary>
    [JsonPropertyName("baseline_allocated_bytes")]
    public long BaselineAllocatedBytes { get; init; }

    /// <summary>Mean loss of our steps; photos, noise and timesteps differ from the baseline's.</summary>
    [JsonPropertyName("loss")]
    public double? Loss { get; init; }

    /// <summary>Mean loss of the baseline's.</summary>
    [JsonPropertyName("baseline_loss")]
    public double? BaselineLoss { get; init; }
}
