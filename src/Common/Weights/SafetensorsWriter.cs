using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>Writes safetensors files: names in ordinal order, header padded to 8 bytes, <c>format: pt</c> (older readers insist on it), replaced atomically.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes all <paramref name="tensors"/> in their own types; device tensors are copied to the CPU one at a time.</summary>
    /// <exception cref="DiptychException">The file cannot be written, or a tensor's type has no place in the format.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Larger elements first keeps every tensor aligned to its element size, as the reference writer does.
        var ordered = tensors.OrderByDescending(p => p.Value.ElementSize).ThenBy(p => p.Key, StringComparer.Ordinal).ToList();
        var header = SafetensorsHeader.Build(
            [.. ordered.Select(p => (p.Key, SafetensorsDtype.NameOf(p.Value.dtype), p.Value.shape, p.Value.NumberOfElements * p.Value.ElementSize))],
            WithFormat(metadata));
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var (_, tensor) in ordered)
            {
                if (tensor.NumberOfElements == 0)
                {
                    continue;
                }

                using var scope = NewDisposeScope();
                tensor.detach().cpu().contiguous().WriteBytesToStream(stream);
            }
        });
    }

    private static Dictionary<string, string> WithFormat(IReadOnlyDictionary<string, string>? metadata)
    {
        var all = metadata is null ? [] : new Dictionary<string, string>(metadata, StringComparer.Ordinal);
        all.TryAdd("format", "pt");
        return all;
    }
}
