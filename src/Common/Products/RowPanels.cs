using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>A right factor [depth, columns] as it lies, of one matrix or of the pictures of a batch, whose depth is their channels.</summary>
/// <param name="first">Its first number.</param>
/// <param name="row">From there to the next row's.</param>
/// <param name="chunksPerPart">Chunks of sixteen columns in a picture.</param>
/// <param name="part">From a picture to the next.</param>
internal readonly unsafe struct RowPanels(float* first, nint row, int chunksPerPart = int.MaxValue, nint part = 0) : IProductPanels
{
    private readonly float* _first = first;

    /// <inheritdoc/>
    public float* Find(int chunk, int from) => null;

    /// <inheritdoc/>
    public ReadAhead Ahead(int chunk, int from, int count) => new(Column(chunk) + (from * row), row, (nint)(Column(chunk + 1) - Column(chunk)), 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(int chunk, int from, int count, float* to)
    {
        var source = Column(chunk) + (from * row);
        for (var k = 0; k < count; k++)
        {
            Vector512.Load(source).Store(to);
            source += row;
            to += ProductKernel.TileColumns;
        }
    }

    private float* Column(int chunk) => _first + (chunk / chunksPerPart * part) + (chunk % chunksPerPart * ProductKernel.HalfColumns);
}
