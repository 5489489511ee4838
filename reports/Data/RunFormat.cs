using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diptych.Reports.Data;

/// <summary>How records become JSON: snake case, enums as words, numbers that are not finite refused.</summary>
internal static class RunFormat
{
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    /// <summary>One record a line, for files that grow.</summary>
    public static JsonSerializerOptions Line { get; } = Create(indented: false);

    private static JsonSerializerOptions Create(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = indented,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // Prompts and placeholders are read by people: keep <sks> and quotes as they are.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
