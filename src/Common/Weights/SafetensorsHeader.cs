using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Diptych.Common.Weights;

/// <summary>Reads and checks the JSON header of a safetensors file. Format: https://github.com/huggingface/safetensors</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<StoredTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const long LongestHeader = 100_000_000;
    private const string Again = "download or write it again";

    public static SafetensorsHeader Read(string path, SafeFileHandle file)
    {
        Span<byte> prefix = stackalloc byte[8];
        var fileLength = RandomAccess.GetLength(file);
        if (RandomAccess.Read(file, prefix, 0) < 8)
        {
            throw Bad(path, $"is no safetensors file: it holds only {fileLength} bytes; {Again}");
        }

        WeightFile.RefuseStandIns(path, prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader || (long)length > fileLength - 8)
        {
            throw Bad(path, $"is no safetensors file or is cut short (header of {length} bytes, file of {fileLength}); {Again}");
        }

        var json = new byte[length];
        return RandomAccess.Read(file, json, 8) == json.Length
            ? Parse(path, json, 8 + (long)length, fileLength)
            : throw Bad(path, $"is cut short within its header; {Again}");
    }

    private static SafetensorsHeader Parse(string path, byte[] json, long dataStart, long fileLength)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new DiptychException($"{path}: its safetensors header is damaged; {Again}.", e);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Bad(path, $"has a safetensors header that is no JSON object; {Again}");
            }

            var entries = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var item in document.RootElement.EnumerateObject())
            {
                if (item.Name == "__metadata__")
                {
                    foreach (var pair in item.Value.EnumerateObject())
                    {
                        metadata[pair.Name] = pair.Value.GetString() ?? "";
                    }
                }
                else if (!entries.TryAdd(item.Name, Entry(path, item, dataStart, fileLength)))
                {
                    throw Bad(path, $"names tensor '{item.Name}' twice; {Again}");
                }
            }

            RefuseOverlaps(path, entries.Values);
            return new SafetensorsHeader([.. entries.Values], metadata);
        }
    }

    private static StoredTensor Entry(string path, JsonProperty item, long dataStart, long fileLength)
    {
        try
        {
            var dtype = item.Value.GetProperty("dtype").GetString() ?? "";
            var shape = item.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray();
            var offsets = item.Value.GetProperty("data_offsets");
            long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64();
            if (!StoredDtype.TryGet(dtype, out var size, out var held))
            {
                throw Bad(path, $"holds tensor '{item.Name}' of the unknown type {dtype}; convert it to F32, F16 or BF16");
            }

            var bytes = shape.Aggregate((long)size, (product, d) => checked(product * d));
            if (begin < 0 || end < begin || end > fileLength - dataStart || end - begin != bytes || shape.Any(d => d < 0))
            {
                throw Bad(path, $"is cut short or damaged at tensor '{item.Name}' (bytes {begin} to {end} for {bytes}, {fileLength - dataStart} in the file); {Again}");
            }

            return new StoredTensor(item.Name, dtype, held, shape, dataStart + begin);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new DiptychException($"{path}: the header's entry for tensor '{item.Name}' is damaged; {Again}.", e);
        }
    }

    private static void RefuseOverlaps(string path, IEnumerable<StoredTensor> entries)
    {
        var end = 0L;
        foreach (var entry in entries.Where(e => e.Length > 0).OrderBy(e => e.Offset))
        {
            if (entry.Offset < end)
            {
                throw Bad(path, $"is damaged: tensor '{entry.Name}' overlaps another; {Again}");
            }

            end = entry.Offset + entry.Length;
        }
    }

    private static DiptychException Bad(string path, string what) => new($"{path} {what}.");

    public static byte[] Build(IReadOnlyList<(string Name, string Dtype, long[] Shape, long Length)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            var offset = 0L;
            foreach (var (name, dtype, shape, length) in tensors)
            {
                writer.WriteStartObject(name);
                writer.WriteString("dtype", dtype);
                writer.WriteStartArray("shape");
                foreach (var d in shape)
                {
                    writer.WriteNumberValue(d);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += length);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        // Padding with spaces puts the data on an 8-byte boundary, so that readers may map it in place.
        var json = Encoding.UTF8.GetString(buffer.ToArray());
        var padded = Encoding.UTF8.GetBytes(json.PadRight(json.Length + (8 - Encoding.UTF8.GetByteCount(json) % 8) % 8));
        var header = new byte[8 + padded.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)padded.Length);
        padded.CopyTo(header, 8);
        return header;
    }
}
