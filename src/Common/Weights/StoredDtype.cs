using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>The element types found in files of weights, by their safetensors names, and how each is held in memory.</summary>
internal static class StoredDtype
{
    private static readonly Dictionary<string, (int Size, ScalarType Held)> Known = new(StringComparer.Ordinal)
    {
        ["BOOL"] = (1, ScalarType.Bool),
        ["U8"] = (1, ScalarType.Byte),
        ["I8"] = (1, ScalarType.Int8),
        ["I16"] = (2, ScalarType.Int16),
        ["I32"] = (4, ScalarType.Int32),
        ["I64"] = (8, ScalarType.Int64),
        ["F16"] = (2, ScalarType.Float16),
        ["BF16"] = (2, ScalarType.BFloat16),
        ["F32"] = (4, ScalarType.Float32),
        ["F64"] = (8, ScalarType.Float64),
        ["C64"] = (8, ScalarType.ComplexFloat32),
        // libtorch as bound here has no unsigned words and no 8-bit floats: held in the next type that keeps every value.
        ["U16"] = (2, ScalarType.Int32),
        ["U32"] = (4, ScalarType.Int64),
        ["U64"] = (8, ScalarType.Int64),
        ["F8_E4M3"] = (1, ScalarType.Float32),
        ["F8_E5M2"] = (1, ScalarType.Float32),
    };

    public static bool TryGet(string name, out int size, out ScalarType held)
    {
        var found = Known.TryGetValue(name, out var entry);
        (size, held) = entry;
        return found;
    }

    /// <summary>Bytes of one element in the file.</summary>
    public static int SizeOf(string name) => Known[name].Size;

    /// <summary>Whether the elements are held in a wider type than the file's, so that their bytes cannot be taken as they are.</summary>
    public static bool IsWidened(string name) => name is "U16" or "U32" or "U64" or "F8_E4M3" or "F8_E5M2";

    public static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Bool => "BOOL",
        ScalarType.Byte => "U8",
        ScalarType.Int8 => "I8",
        ScalarType.Int16 => "I16",
        ScalarType.Int32 => "I32",
        ScalarType.Int64 => "I64",
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Float32 => "F32",
        ScalarType.Float64 => "F64",
        ScalarType.ComplexFloat32 => "C64",
        _ => throw new DiptychException($"A tensor of type {type} has no place in a safetensors file: convert it first."),
    };

    /// <summary>Converts raw little-endian elements of a widened type.</summary>
    /// <param name="name">A type for which <see cref="IsWidened"/> holds.</param>
    /// <param name="raw">The file's bytes.</param>
    /// <param name="held">Memory of the type in memory, as long as needed.</param>
    public static void Widen(string name, ReadOnlySpan<byte> raw, Span<byte> held)
    {
        switch (name)
        {
            case "U16":
                Widen<ushort, int>(raw, held, v => v);
                break;
            case "U32":
                Widen<uint, long>(raw, held, v => v);
                break;
            case "U64":
                Widen<ulong, long>(raw, held, v => checked((long)v));
                break;
            case "F8_E4M3":
                Float8.Decode(raw, Float8.E4M3, MemoryMarshal.Cast<byte, float>(held));
                break;
            case "F8_E5M2":
                Float8.Decode(raw, Float8.E5M2, MemoryMarshal.Cast<byte, float>(held));
                break;
            default:
                throw new ArgumentException($"{name} needs no widening.", nameof(name));
        }
    }

    private static void Widen<TFrom, TTo>(ReadOnlySpan<byte> raw, Span<byte> held, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, TFrom>(raw);
        var to = MemoryMarshal.Cast<byte, TTo>(held);
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = convert(from[i]);
        }
    }
}
