using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Diptych.Cli.Benchmarks;

/// <summary>What loading a model took. Times in seconds, memory in bytes.</summary>
internal sealed record LoadingResult
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Processor model.</summary>
    public required string Processor { get; init; }

    /// <summary>Logical cores.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory the process may use.</summary>
    public required long Memory { get; init; }

    /// <summary>The pipeline's class.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Type the weights are kept in.</summary>
    public required string Precision { get; init; }

    /// <summary>Whether the files were dropped from the system's cache before each reading, instead of read once first.</summary>
    public required bool Cold { get; init; }

    /// <summary>Bytes of the weight files.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes of all weights in the type they are kept in.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>cat's times for the same files, before and after the loading.</summary>
    public required IReadOnlyList<double> CatSeconds { get; init; }

    /// <summary>Loading: from a path to a pipeline ready to draw, libtorch's own start included.</summary>
    public required double LoadSeconds { get; init; }

    /// <summary>Loading against the mean of cat's times.</summary>
    public double LoadToCat => LoadSeconds / CatSeconds.Average();

    /// <summary>Highest size of the managed heap seen while loading.</summary>
    public required long PeakManaged { get; init; }

    /// <summary>Highest resident memory of the process after loading.</summary>
    public required long PeakResidentLoaded { get; init; }

    /// <summary>Against the weights.</summary>
    public double PeakResidentLoadedToWeights => (double)PeakResidentLoaded / WeightBytes;

    /// <summary>Time of one denoising step (one picture of the model's size, without guidance).</summary>
    public double? StepSeconds { get; init; }

    /// <summary>Highest resident memory after that step.</summary>
    public long? PeakResidentStep { get; init; }

    /// <summary>Against the weights.</summary>
    public double? PeakResidentStepToWeights => (double?)PeakResidentStep / WeightBytes;

    /// <summary>The record as a JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>The figures in a few lines.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"{Pipeline}, weights {Gigabytes(WeightBytes)} in {Precision}, files {Gigabytes(FileBytes)}, cache {(Cold ? "cold" : "warm")}");
        Line($"load           {LoadSeconds,7:0.00} s");
        Line($"cat            {CatSeconds.Average(),7:0.00} s ({string.Join(", ", CatSeconds.Select(s => s.ToString("0.00", CultureInfo.InvariantCulture)))})");
        Line($"load / cat     {LoadToCat,7:0.00}");
        Line($"peak managed   {PeakManaged / 1e6,7:0} MB");
        Line($"peak resident  {PeakResidentLoadedToWeights,7:0.000} of the weights ({Gigabytes(PeakResidentLoaded)}) after loading");
        if (StepSeconds is { } seconds)
        {
            Line($"one step       {seconds,7:0.00} s");
            Line($"peak resident  {PeakResidentStepToWeights,7:0.000} of the weights ({Gigabytes(PeakResidentStep!.Value)}) after the step");
        }

        return text.ToString();
    }

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB");
}
