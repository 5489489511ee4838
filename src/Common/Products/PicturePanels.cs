using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diptych.Common.Products;

/// <summary>What a 3x3 kernel sees of pictures [n, channels, height, width], or of their planes, as a right factor [channels * 9, n * pixels] (im2col), never held as a whole.</summary>
/// <param name="first">The pictures.</param>
/// <param name="channels">Their channels.</param>
/// <param name="pixels">Pixels of a plane; a multiple of sixteen.</param>
/// <param name="taps">Places of the kernel.</param>
internal readonly unsafe struct PicturePanels(float* first, int channels, int pixels, PictureTaps taps) : IProductPanels
{
    private readonly float* _first = first;

    /// <inheritdoc/>
    public float* Find(int chunk, int from) => null;

    /// <inheritdoc/>
    public ReadAhead Ahead(int chunk, int from, int count) => ReadAhead.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(int chunk, int from, int count, float* to)
    {
        var (sample, place) = Math.DivRem(chunk, pixels / ProductKernel.HalfColumns);
        var (channel, tap) = Math.DivRem(from, PictureTaps.Count);
        var step = (nint)taps.Planes * pixels;
        var source = _first + (((sample * (nint)channels) + channel) * step) + (place * ProductKernel.HalfColumns);
        var masks = taps.Masks(place);
        var offsets = taps.Offsets;
        for (var k = 0; k < count; k++)
        {
            Avx512F.MaskLoad(source + offsets[tap], masks[tap], Vector512<float>.Zero).Store(to);
            to += ProductKernel.TileColumns;
            if (++tap == PictureTaps.Count)
            {
                tap = 0;
                source += step;
            }
        }
    }
}
