using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diptych.Lab.World;

/// <summary>Reads and writes <see cref="Rgb"/> as an array of three numbers from 0 to 255.</summary>
public sealed class RgbJsonConverter : JsonConverter<Rgb>
{
    /// <inheritdoc/>
    public override Rgb Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var channels = JsonSerializer.Deserialize<double[]>(ref reader, options);
        return channels is [>= 0 and <= 255, >= 0 and <= 255, >= 0 and <= 255]
            ? new Rgb(channels[0], channels[1], channels[2])
            : throw new JsonException("a colour is an array of three numbers from 0 to 255");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Rgb value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Red);
        writer.WriteNumberValue(value.Green);
        writer.WriteNumberValue(value.Blue);
        writer.WriteEndArray();
    }
}
