using static TorchSharp.torch;

namespace Diptych.Common.Weights;

/// <summary>A tensor that lies in a file.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="FileDtype">Element type in the file.</param>
/// <param name="Dtype">Element type in memory.</param>
/// <param name="Shape">Shape.</param>
/// <param name="Offset">Position of the first element's first byte.</param>
/// <param name="Strides">Elements from one index to the next along each axis; <see langword="null"/> for row-major order without gaps.</param>
internal sealed record StoredTensor(string Name, string FileDtype, ScalarType Dtype, long[] Shape, long Offset, long[]? Strides = null)
    : WeightEntry(Name, FileDtype, Dtype, Shape)
{
    /// <summary>Elements from the first to the last, gaps included.</summary>
    public long Extent => Strides is null || Elements == 0 ? Elements : 1 + Shape.Zip(Strides, (d, s) => (d - 1) * s).Sum();

    /// <summary>Bytes from the first to the last, gaps included.</summary>
    public long Length => checked(Extent * StoredDtype.SizeOf(FileDtype));
}
