using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Writes safetensors files: larger element types first, names in ordinal order, header padded to 8 bytes, <c>format: pt</c> (older readers insist on it), replaced atomically.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes all <paramref name="tensors"/> in their own types; device tensors are copied to the CPU one at a time.</summary>
    /// <exception cref="DiptychException">The file cannot be written, or a tensor's type has no place in the format.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var all = tensors.ToDictionary(StringComparer.Ordinal);
        Write(path, all.Select(p => (p.Key, p.Value.dtype, p.Value.shape)), (name, stream) => Append(stream, all[name]), metadata);
    }

    /// <summary>Writes a whole source, one tensor at a time: no more than the largest is held.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The tensors.</param>
    /// <param name="dtype">Type for tensors of floating point; default as they are stored.</param>
    /// <exception cref="DiptychException">The file cannot be written, or the source cannot be read.</exception>
    public static void Copy(string path, IWeightSource source, ScalarType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ScalarType Target(WeightEntry entry) => dtype is { } wanted && entry.Dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 ? wanted : entry.Dtype;
        Write(path, source.Entries.Values.Select(e => (e.Name, Target(e), e.Shape)), (name, stream) =>
        {
            var entry = source.Entries[name];
            using var tensor = empty(entry.Shape, dtype: Target(entry), device: CPU);
            source.ReadInto(name, tensor);
            Append(stream, tensor);
        });
    }

    /// <summary>Writes tensors whose bytes <paramref name="append"/> appends to the file, one after the other.</summary>
    internal static void Write(
        string path, IEnumerable<(string Name, ScalarType Type, long[] Shape)> tensors, Action<string, Stream> append, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Larger elements first keeps every tensor aligned to its element size, as the reference writer does.
        var ordered = tensors.OrderByDescending(t => StoredDtype.SizeOf(StoredDtype.NameOf(t.Type))).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
        var header = SafetensorsHeader.Build(
            [.. ordered.Select(t => (t.Name, StoredDtype.NameOf(t.Type), t.Shape, t.Shape.Aggregate((long)StoredDtype.SizeOf(StoredDtype.NameOf(t.Type)), (bytes, d) => bytes * d)))], WithFormat(metadata));
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var (name, _, _) in ordered)
            {
                append(name, stream);
            }
        });
    }

    /// <summary>Appends a tensor's bytes.</summary>
    internal static void Append(Stream stream, Tensor tensor)
    {
        if (tensor.NumberOfElements == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        tensor.detach().cpu().contiguous().WriteBytesToStream(stream);
    }

    private static Dictionary<string, string> WithFormat(IReadOnlyDictionary<string, string>? metadata)
    {
        var all = metadata is null ? [] : new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        all.TryAdd("format", "pt");
        return all;
    }
}
