using System.Numerics;

namespace Diptych.Common.Runtime;

/// <summary>bf16 numbers, which are the upper halves of fp32 ones, among vectors.</summary>
internal static class HalfNumbers
{
    /// <summary>As fp32.</summary>
    public static Vector<float> ToSingle(Vector<uint> half) => Vector.AsVectorSingle(Vector.ShiftLeft(half, 16));

    /// <summary>As bf16: the nearest, and of two equally near ones the even, as libtorch; what is no number stays none.</summary>
    public static Vector<uint> ToHalf(Vector<float> numbers)
    {
        var bits = Vector.AsVectorUInt32(numbers);
        var upper = Vector.ShiftRightLogical(bits, 16);
        var rounded = Vector.ShiftRightLogical(bits + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One), 16);
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(numbers, numbers)), rounded, upper | new Vector<uint>(0x40));
    }
}
