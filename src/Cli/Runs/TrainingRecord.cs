using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Diptych.Common;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;

namespace Diptych.Cli.Runs;

/// <summary>What a training run was: the file <c>run.json</c> of its folder.</summary>
internal sealed record TrainingRecord
{
    /// <summary>The file's name.</summary>
    public const string FileName = "run.json";

    private const string Kind = "diptych-training-run";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    };

    /// <summary>Tells this file from others of its name.</summary>
    public string Format { get; init; } = Kind;

    /// <summary>The method: <c>ti</c> or <c>db</c>.</summary>
    public required string Method { get; init; }

    /// <summary>When the run began, in UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The command that makes the run again.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Every option in effect, defaults included.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Programs and libraries with their versions.</summary>
    public required IReadOnlyDictionary<string, string> Software { get; init; }

    /// <summary>The machine.</summary>
    public required MachineDescription Machine { get; init; }

    /// <summary>SHA-256 of what the run came from: the model's weights, the prepared photos.</summary>
    public required IReadOnlyDictionary<string, string> Hashes { get; init; }

    /// <summary>What came of it; absent until the run is complete.</summary>
    public IReadOnlyDictionary<string, double>? Result { get; init; }

    /// <summary>Versions of this program and of what it computes with.</summary>
    public static IReadOnlyDictionary<string, string> Versions() => new Dictionary<string, string>
    {
        ["diptych"] = VersionOf(typeof(TrainingRecord).Assembly),
        [".net"] = RuntimeInformation.FrameworkDescription,
        ["torchsharp"] = VersionOf(typeof(TorchSharp.torch).Assembly),
    };

    /// <summary>The record of a folder, or null where it has none.</summary>
    /// <exception cref="DiptychException">The file is damaged or belongs to something else.</exception>
    public static TrainingRecord? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return !File.Exists(path) ? null
                : JsonSerializer.Deserialize<TrainingRecord>(File.ReadAllText(path), Json) is { Format: Kind } record ? record
                : throw new JsonException("it is no training run's");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DiptychException($"{path} cannot be read as a training run's record: choose another --output-dir, or delete that folder.", e);
        }
    }

    /// <summary>Writes the record.</summary>
    /// <exception cref="DiptychException">The file cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "unknown";
}
