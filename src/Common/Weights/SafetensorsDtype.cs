using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>The element types of the safetensors format and how each is held in memory.</summary>
internal static class SafetensorsDtype
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

    /// <summary>Copies raw little-endian elements into <paramref name="target"/>, widening where the held type is wider.</summary>
    public static void Decode(string name, ReadOnlySpan<byte> raw, Tensor target)
    {
        switch (name)
        {
            case "U16":
                Widen<ushort, int>(raw, target, v => v);
                break;
            case "U32":
                Widen<uint, long>(raw, target, v => v);
                break;
            case "U64":
                Widen<ulong, long>(raw, target, v => checked((long)v));
                break;
            case "F8_E4M3":
                Widen<byte, float>(raw, target, v => Float8(v, exponentBits: 4, bias: 7, infinities: false));
                break;
            case "F8_E5M2":
                Widen<byte, float>(raw, target, v => Float8(v, exponentBits: 5, bias: 15, infinities: true));
                break;
            default:
                raw.CopyTo(target.bytes);
                break;
        }
    }

    private static void Widen<TFrom, TTo>(ReadOnlySpan<byte> raw, Tensor target, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        var from = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, TFrom>(raw);
        var to = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, TTo>(target.bytes);
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = convert(from[i]);
        }
    }

    // OCP 8-bit floating point: E4M3 gives up infinities for range and keeps one NaN pattern; E5M2 is IEEE-like.
    private static float Float8(byte value, int exponentBits, int bias, bool infinities)
    {
        var mantissaBits = 7 - exponentBits;
        var sign = value >> 7 == 0 ? 1f : -1f;
        var exponent = (value >> mantissaBits) & ((1 << exponentBits) - 1);
        var mantissa = value & ((1 << mantissaBits) - 1);
        var top = (1 << exponentBits) - 1;
        if (exponent == top && infinities)
        {
            return mantissa == 0 ? sign * float.PositiveInfinity : float.NaN;
        }

        if (exponent == top && mantissa == (1 << mantissaBits) - 1)
        {
            return float.NaN;
        }

        var fraction = mantissa / (float)(1 << mantissaBits);
        return exponent == 0
            ? sign * fraction * MathF.Pow(2, 1 - bias)
            : sign * (1 + fraction) * MathF.Pow(2, exponent - bias);
    }
}
