using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Products;

/// <summary>What a 3x3 kernel sees of pictures [n, channels, height, width], or of their planes, as a right factor [n * pixels, channels * 9], never held as a whole, or with <c>taps</c> null the pictures themselves, [n * pixels, channels].</summary>
/// <param name="first">The pictures.</param>
/// <param name="channels">Their channels; a multiple of sixteen.</param>
/// <param name="pixels">Pixels of a plane; a multiple of sixteen.</param>
/// <param name="taps">Places of the kernel.</param>
internal readonly unsafe struct TransposedPicturePanels(float* first, int channels, int pixels, PictureTaps? taps) : IProductPanels
{
    private readonly float* _first = first;

    /// <inheritdoc/>
    public float* Find(int chunk, int from) => null;

    /// <inheritdoc/>
    public ReadAhead Ahead(int chunk, int from, int count) => ReadAhead.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Pack(int chunk, int from, int count, float* to)
    {
        var rows = stackalloc Vector512<float>[ProductKernel.HalfColumns];
        var column = chunk * ProductKernel.HalfColumns;
        var step = (taps?.Planes ?? 1) * (nint)pixels;
        for (var k = 0; k < count; k += ProductKernel.HalfColumns)
        {
            var (sample, pixel) = Math.DivRem(from + k, pixels);
            var picture = _first + (sample * (nint)channels * step) + pixel;
            if (taps is null)
            {
                Transposition.Exchange(picture + (column * (nint)pixels), pixels, to + (k * ProductKernel.TileColumns), ProductKernel.TileColumns);
            }
            else
            {
                var masks = taps.Masks(pixel / ProductKernel.HalfColumns);
                var offsets = taps.Offsets;
                var (channel, tap) = Math.DivRem(column, PictureTaps.Count);
                for (var i = 0; i < ProductKernel.HalfColumns; i++)
                {
                    rows[i] = Avx512F.MaskLoad(picture + (channel * step) + offsets[tap], masks[tap], Vector512<float>.Zero);
                    if (++tap == PictureTaps.Count)
                    {
                        tap = 0;
                        channel++;
                    }
                }

                Transposition.Exchange((float*)rows, ProductKernel.HalfColumns, to + (k * ProductKernel.TileColumns), ProductKernel.TileColumns);
            }
        }
    }
}
