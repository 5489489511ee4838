using System.IO.Compression;
using System.Text.Json;
using Diptych.Common.SingleFile;

namespace Diptych.Tests.Common.SingleFile;

/// <summary>A single file's tensors as the reference's converter wrote them: for each, the tensors in diffusers' names it was made of, and how.</summary>
internal sealed record RecordedTensor(string Name, IReadOnlyList<string> From, string How, long[] Shape)
{
    /// <summary>Shapes of the tensors it was made of.</summary>
    public long[] PartShape => How switch
    {
        "same" => Shape,
        "concat" => [Shape[0] / From.Count, .. Shape[1..]],
        "reshape" when Shape is [var rows, var columns, 1, 1] => [rows, columns],
        "transpose" => [Shape[1], Shape[0]],
        _ => throw new NotSupportedException($"{Name} was made by {How}."),
    };

    public static IReadOnlyList<RecordedTensor> Read(string model, string source)
    {
        using var stream = source == "committed"
            ? (Stream)new GZipStream(File.OpenRead(Fixtures.Golden("single-file", model + ".json.gz")), CompressionMode.Decompress)
            : File.OpenRead(Fixtures.Require("fixtures", "single-file", model + ".json"));
        using var json = JsonDocument.Parse(stream);
        return [.. json.RootElement.GetProperty("tensors").EnumerateObject().Select(t => new RecordedTensor(
            t.Name,
            t.Value.GetProperty("from") is { ValueKind: JsonValueKind.Array } several ? [.. several.EnumerateArray().Select(f => f.GetString()!)] : [t.Value.GetProperty("from").GetString()!],
            t.Value.GetProperty("how").GetString()!,
            [.. t.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())]))];
    }

    public static CheckpointFamily Family(string model) => model switch
    {
        "sd1" => CheckpointFamily.StableDiffusion1,
        "sd2" => CheckpointFamily.StableDiffusion2,
        _ => CheckpointFamily.StableDiffusionXL,
    };
}
