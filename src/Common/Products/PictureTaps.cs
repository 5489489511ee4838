using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>Where the nine places of a 3x3 kernel lie from each pixel of a picture, and which of them are outside. One for each size, kept for good.</summary>
internal sealed unsafe class PictureTaps
{
    /// <summary>Places of the kernel.</summary>
    public const int Count = 9;

    private static readonly ConcurrentDictionary<(int Height, int Width), PictureTaps> Known = new();

    private readonly Vector512<float>* _masks;
    private readonly nint* _offsets;

    private PictureTaps(int height, int width)
    {
        Width = width;
        var chunks = height * width / ProductKernel.HalfColumns;
        _masks = (Vector512<float>*)NativeMemory.AlignedAlloc((nuint)(chunks * Count * sizeof(Vector512<float>)), (nuint)sizeof(Vector512<float>));
        _offsets = (nint*)NativeMemory.Alloc(Count, (nuint)sizeof(nint));
        var inside = new int[ProductKernel.HalfColumns];
        for (var tap = 0; tap < Count; tap++)
        {
            var (down, right) = ((tap / 3) - 1, (tap % 3) - 1);
            _offsets[tap] = (down * width) + right;
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                for (var lane = 0; lane < inside.Length; lane++)
                {
                    var (y, x) = Math.DivRem((chunk * ProductKernel.HalfColumns) + lane, width);
                    inside[lane] = y + down >= 0 && y + down < height && x + right >= 0 && x + right < width ? -1 : 0;
                }

                _masks[(chunk * Count) + tap] = Vector512.Create(inside).AsSingle();
            }
        }
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>From a pixel to what each place of the kernel sees, in numbers.</summary>
    public nint* Offsets => _offsets;

    /// <summary>Those of a size; its pixels are a multiple of sixteen.</summary>
    public static PictureTaps For(int height, int width) => Known.GetOrAdd((height, width), static size => new PictureTaps(size.Height, size.Width));

    /// <summary>For each place of the kernel, which of sixteen pixels see something there.</summary>
    public Vector512<float>* Masks(int chunk) => _masks + (chunk * Count);
}
