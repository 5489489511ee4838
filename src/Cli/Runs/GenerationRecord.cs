using System.Text.Encodings.Web;
using System.Text.Json;

namespace Diptych.Cli.Runs;

/// <summary>What made the pictures beside it.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="TokenIds">Its token ids as the text encoder saw them, padded.</param>
/// <param name="Tokens">Its tokens in letters, without the padding.</param>
/// <param name="Seed">Names the initial noise.</param>
/// <param name="Pictures">The pictures in order.</param>
internal sealed record GenerationRecord(string Prompt, IReadOnlyList<long> TokenIds, IReadOnlyList<string> Tokens, long Seed, IReadOnlyList<GeneratedPicture> Pictures)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "generation.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The model's folder.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the model's weights.</summary>
    public required string ModelHash { get; init; }

    /// <summary>The command that draws them again.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Every option in effect.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>The record as a JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
