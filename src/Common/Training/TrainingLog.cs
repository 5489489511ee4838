using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Common.Training;

/// <summary>A run's losses as JSON lines. A resumed run drops the lines that its checkpoint had not yet seen.</summary>
public sealed class TrainingLog
{
    private readonly string _path;

    /// <summary>Opens the log of a run folder at optimizer step <paramref name="firstStep"/> (0 for a fresh run).</summary>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public TrainingLog(string folder, int firstStep)
    {
        _path = Path.Combine(folder, "metrics.jsonl");
        var kept = Read(folder).Where(p => p.Step <= firstStep).ToList();
        SecondsSoFar = kept.Count == 0 ? 0 : kept[^1].Seconds;
        AtomicFile.WriteText(_path, string.Concat(kept.Select(Line)));
    }

    /// <summary>Training time of the lines that were kept.</summary>
    public double SecondsSoFar { get; }

    /// <summary>Appends one line.</summary>
    public void Add(TrainingPoint point) => File.AppendAllText(_path, Line(point));

    /// <summary>The lines of a run folder; none where there is no log. A line cut by an interruption ends the list.</summary>
    public static IReadOnlyList<TrainingPoint> Read(string folder)
    {
        var path = Path.Combine(folder, "metrics.jsonl");
        var points = new List<TrainingPoint>();
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            try
            {
                points.Add(JsonSerializer.Deserialize<TrainingPoint>(line)!);
            }
            catch (JsonException)
            {
                break;
            }
        }

        return points;
    }

    private static string Line(TrainingPoint point) => JsonSerializer.Serialize(point) + "\n";
}
