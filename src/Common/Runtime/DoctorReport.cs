using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diptych.Common.Runtime;

/// <summary>All findings about a machine.</summary>
/// <param name="Findings">In the order in which they are shown.</param>
public sealed record DoctorReport(IReadOnlyList<DoctorFinding> Findings)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Whether nothing that is needed is missing.</summary>
    public bool Usable => Findings.All(f => f.Status != DoctorStatus.Problem);

    /// <summary>An object with <c>usable</c> and <c>checks</c>, each with <c>name</c>, <c>status</c> (fine, note, problem), <c>detail</c> and <c>remedy</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Usable, Checks = Findings }, Format);
}
