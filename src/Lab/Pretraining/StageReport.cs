using System.Text.Json;
using System.Text.Json.Serialization;
using Diptych.Common;
using Diptych.Common.Weights;

namespace Diptych.Lab.Pretraining;

/// <summary>What a finished stage measured; its file in the work folder says that the stage need not run again.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Training time of the last, possibly resumed, run.</param>
/// <param name="Gates">Figures and limits.</param>
/// <param name="Plan">How its network was trained; null in reports from before plans were kept in them.</param>
public sealed record StageReport(
    [property: JsonPropertyName("stage")] string Stage,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("gates")] IReadOnlyList<Gate> Gates,
    [property: JsonPropertyName("plan")] StagePlan? Plan = null)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The report of a stage that is done, or null.</summary>
    /// <exception cref="DiptychException">The file is damaged.</exception>
    public static StageReport? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<StageReport>(File.ReadAllText(path), Json) : null;
        }
        catch (JsonException e)
        {
            throw new DiptychException($"{path} is damaged: delete it to run that stage again.", e);
        }
    }

    /// <summary>Writes the report.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Json) + "\n");
}
