namespace Diptych.Common.Products;

/// <summary>Where a product goes: rows of chunks of sixteen columns, which may be spread over several pictures.</summary>
internal readonly unsafe struct ProductTarget
{
    // Kept for good: sixteen zeros and room for sixteen numbers nobody reads.
    private static readonly nint s_zeros = Zeros(ProductKernel.HalfColumns);
    private static readonly nint s_waste = Zeros(ProductKernel.HalfColumns);

    private readonly float* _first;
    private readonly nint _row;
    private readonly int _chunksPerPart;
    private readonly nint _part;

    private ProductTarget(float* first, nint row, int chunksPerPart, nint part)
    {
        _first = first;
        (_row, _chunksPerPart, _part) = (row, chunksPerPart, part);
    }

    /// <summary>What all rows' sums begin with, one number for each column; null for zeros.</summary>
    public float* ColumnBias { get; init; }

    /// <summary>What all columns' sums begin with, one number for each row; null for zeros.</summary>
    public float* RowBias { get; init; }

    /// <summary>Whether the product is added to what is there.</summary>
    public bool Adds { get; init; }

    /// <summary>The sums of columns nobody asked for: a product's last panel may be half full.</summary>
    public static TileHalf Waste => new((float*)s_zeros, 0, (float*)s_waste, 0);

    /// <summary>[rows, columns] without gaps.</summary>
    public static ProductTarget Matrix(float* first, nint columns) => new(first, columns, int.MaxValue, 0);

    /// <summary>[n, rows, pixels]: columns are the pixels of all samples in a row.</summary>
    public static ProductTarget Pictures(float* first, int rows, int pixels) => new(first, pixels, pixels / ProductKernel.HalfColumns, (nint)rows * pixels);

    /// <summary>The same of the rows from <paramref name="row"/> on.</summary>
    public ProductTarget From(nint row) => new(_first + (row * _row), _row, _chunksPerPart, _part) { ColumnBias = ColumnBias, RowBias = RowBias is null ? null : RowBias + row, Adds = Adds };

    /// <summary>The sixteen columns of a chunk.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="first">First row.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="isFirst">Whether these are the first sums that go there.</param>
    public TileHalf Half(int chunk, nint first, int rows, bool isFirst)
    {
        // Of a single part, which is what most have, nothing is divided.
        var result = _part == 0 ? _first + (chunk * (nint)ProductKernel.HalfColumns) : _first + (chunk / _chunksPerPart * _part) + (chunk % _chunksPerPart * ProductKernel.HalfColumns);
        result += first * _row;
        if (isFirst && !Adds)
        {
            if (RowBias is null)
            {
                return new(ColumnBias is null ? (float*)s_zeros : ColumnBias + (chunk * (nint)ProductKernel.HalfColumns), 0, result, _row);
            }

            for (var row = 0; row < rows; row++)
            {
                new Span<float>(result + (row * _row), ProductKernel.HalfColumns).Fill(RowBias[first + row]);
            }
        }

        return new(result, _row, result, _row);
    }

    private static nint Zeros(int count) => (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed((nuint)count, sizeof(float));
}
