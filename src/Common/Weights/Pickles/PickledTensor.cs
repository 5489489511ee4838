namespace Diptych.Common.Weights.Pickles;

/// <summary>A tensor as a pickle describes it: a view of a storage.</summary>
/// <param name="Storage">The memory.</param>
/// <param name="FileDtype">Element type.</param>
/// <param name="First">Number of the first element in the storage.</param>
/// <param name="Shape">Shape.</param>
/// <param name="Strides">Elements from one index to the next along each axis.</param>
internal sealed record PickledTensor(PickledStorage Storage, string FileDtype, long First, long[] Shape, long[] Strides)
{
    /// <summary>Whether the elements follow each other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                {
                    return Shape.Contains(0);
                }

                expected *= Shape[i];
            }

            return true;
        }
    }
}
