using System.Text.Json.Serialization;
using Diptych.Common;
using Diptych.Lab.World;

namespace Diptych.Lab.Verification;

/// <summary>A caption and the attributes it was written from.</summary>
public sealed record CaptionWithTruth
{
    /// <summary>The words.</summary>
    [JsonPropertyName("caption")]
    public required string Caption { get; init; }

    /// <summary>What a picture of it must show.</summary>
    [JsonPropertyName("attributes")]
    public required PictureAttributes Attributes { get; init; }

    /// <summary>Reads a set of captions.</summary>
    /// <exception cref="DiptychException">The file is missing, malformed or empty.</exception>
    public static IReadOnlyList<CaptionWithTruth> ReadSet(string path)
    {
        var captions = LabJson.Read<CaptionWithTruth[]>(path);
        return captions.Length > 0
            ? captions
            : throw new DiptychException($"{path}: holds no caption; copy the file again from the repository's models/lab");
    }
}
