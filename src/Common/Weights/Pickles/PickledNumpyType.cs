using System.Buffers.Binary;

namespace Diptych.Common.Weights.Pickles;

/// <summary>A NumPy element type, as training scripts leave it in the numbers beside the weights.</summary>
/// <param name="Name">Such as <c>f8</c>.</param>
internal sealed record PickledNumpyType(string Name)
{
    /// <summary>One number of this type, from little-endian bytes.</summary>
    public object? Scalar(byte[] bytes) => (Name.TrimStart('<', '=', '|'), bytes.Length) switch
    {
        ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ("i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ("i4", 4) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ("b1", 1) => bytes[0] != 0,
        _ => null,
    };
}
