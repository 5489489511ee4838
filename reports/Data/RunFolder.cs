using System.Text;
using System.Text.Json;

namespace Diptych.Reports.Data;

/// <summary>
/// A run on disk. Every figure of a report is drawn from these files alone:
/// <c>run.json</c>, <c>images.jsonl</c>, <c>rows.json</c>, <c>train/&lt;arm&gt;/metrics.jsonl</c>, <c>images/</c>.
/// </summary>
public sealed class RunFolder
{
    /// <summary>Name of the file with settings, machine, arms and families.</summary>
    public const string RunFile = "run.json";

    /// <summary>Name of the file with one line for each drawn picture.</summary>
    public const string ImagesFile = "images.jsonl";

    /// <summary>Name of the file with means, intervals and differences.</summary>
    public const string RowsFile = "rows.json";

    /// <summary>Name of the page.</summary>
    public const string ReportFile = "report.html";

    /// <summary>Folder of drawn pictures.</summary>
    public const string ImagesFolder = "images";

    /// <summary>Folder of copies of the subject's pictures.</summary>
    public const string SubjectFolder = "subject";

    /// <summary>Folder of contact sheets.</summary>
    public const string SheetsFolder = "sheets";

    /// <summary>Folder with one folder for each trained arm.</summary>
    public const string TrainFolder = "train";

    private RunFolder(string path, RunRecord run, IReadOnlyList<ImageRecord> images, SummaryRecord summary, IReadOnlyDictionary<string, IReadOnlyList<TrainingPoint>> training)
    {
        Path = path;
        Run = run;
        Images = images;
        Summary = summary;
        Training = training;
    }

    /// <summary>Where the folder is.</summary>
    public string Path { get; }

    /// <summary>Settings, machine, arms and families.</summary>
    public RunRecord Run { get; }

    /// <summary>The drawn pictures.</summary>
    public IReadOnlyList<ImageRecord> Images { get; }

    /// <summary>The numbers.</summary>
    public SummaryRecord Summary { get; }

    /// <summary>Training curves by arm; arms without one are absent.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TrainingPoint>> Training { get; }

    /// <summary>Path of an arm's training curve, relative to the run folder.</summary>
    public static string TrainingFile(string arm) => $"{TrainFolder}/{arm}/metrics.jsonl";

    /// <summary>Reads a finished run.</summary>
    /// <exception cref="ReportException">A file is missing, cut short, malformed or of an unknown version; the line names it.</exception>
    public static RunFolder Read(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new ReportException($"{path}: no such run folder; give the folder that `diptych compare` wrote");
        }

        var run = ReadVersioned<RunRecord>(System.IO.Path.Combine(path, RunFile), "give the folder that `diptych compare` wrote");
        var summary = ReadVersioned<SummaryRecord>(System.IO.Path.Combine(path, RowsFile), "the run did not finish: run `diptych compare` again");
        var images = ReadLines<ImageRecord>(System.IO.Path.Combine(path, ImagesFile), "the run did not finish: run `diptych compare` again");
        var training = new Dictionary<string, IReadOnlyList<TrainingPoint>>();
        foreach (var arm in run.Arms)
        {
            var file = System.IO.Path.Combine(path, TrainingFile(arm.Id));
            if (File.Exists(file))
            {
                training[arm.Id] = ReadLines<TrainingPoint>(file, "");
            }
        }

        return new RunFolder(path, run, images, summary, training);
    }

    /// <summary>Writes <c>run.json</c> and makes the folder where it is missing.</summary>
    public static void WriteRun(string path, RunRecord run) => WriteWhole(path, RunFile, JsonSerializer.Serialize(run, RunFormat.Indented) + "\n");

    /// <summary>Writes <c>rows.json</c>.</summary>
    public static void WriteSummary(string path, SummaryRecord summary) => WriteWhole(path, RowsFile, JsonSerializer.Serialize(summary, RunFormat.Indented) + "\n");

    /// <summary>Writes <c>images.jsonl</c>.</summary>
    public static void WriteImages(string path, IEnumerable<ImageRecord> images) => WriteWhole(path, ImagesFile, Lines(images));

    /// <summary>Writes an arm's training curve.</summary>
    public static void WriteTraining(string path, string arm, IEnumerable<TrainingPoint> points) => WriteWhole(path, TrainingFile(arm), Lines(points));

    /// <summary>The JSON of <c>rows.json</c>, for callers that hand it to other programs.</summary>
    public static string ToJson(SummaryRecord summary) => JsonSerializer.Serialize(summary, RunFormat.Indented);

    /// <summary>Replaces a file of the run folder as a whole: a reader sees the old text or the new, never half of one.</summary>
    internal static void WriteWhole(string folder, string name, string text) => WriteWhole(folder, name, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="WriteWhole(string, string, string)"/>
    internal static void WriteWhole(string folder, string name, ReadOnlySpan<byte> bytes)
    {
        var target = System.IO.Path.Combine(folder, name);
        var temporary = target + ".tmp";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            using (var stream = File.Create(temporary))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new ReportException($"{target}: cannot be written ({e.Message}); free space or choose another folder", e);
        }
    }

    private static string Lines<T>(IEnumerable<T> records)
    {
        var text = new StringBuilder();
        foreach (var record in records)
        {
            text.Append(JsonSerializer.Serialize(record, RunFormat.Line)).Append('\n');
        }

        return text.ToString();
    }

    private static T ReadVersioned<T>(string file, string remedy)
    {
        try
        {
            using var json = JsonDocument.Parse(ReadText(file, remedy));
            // The version comes first: an unknown layout would otherwise be reported as a missing property.
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("format_version", out var version)
                || !version.TryGetInt32(out var number))
            {
                throw new ReportException($"{file}: has no format_version; {remedy}");
            }

            if (number != RunRecord.CurrentVersion)
            {
                throw new ReportException($"{file}: is of format {number}, this program reads format {RunRecord.CurrentVersion}; use the version that wrote it, or run `diptych compare` again");
            }

            return json.Deserialize<T>(RunFormat.Indented)!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ReportException($"{file}: is not a whole record ({OneLine(e)}); {remedy}", e);
        }
    }

    private static List<T> ReadLines<T>(string file, string remedy)
    {
        var records = new List<T>();
        var number = 0;
        foreach (var line in ReadText(file, remedy).Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                records.Add(JsonSerializer.Deserialize<T>(line, RunFormat.Line) ?? throw new JsonException("null"));
            }
            catch (JsonException e)
            {
                throw new ReportException($"{file}: line {number} is cut short or malformed; delete the line, or run `diptych compare` again", e);
            }
        }

        return records;
    }

    private static string ReadText(string file, string remedy)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ReportException($"{file}: missing; {remedy}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"{file}: cannot be read ({OneLine(e)}); check its permissions", e);
        }
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
