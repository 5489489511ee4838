using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Diptych.Common.Products;

/// <summary>
/// Where the nine places of a 3x3 kernel lie from each pixel of a convolution's output, and which of them are outside. One for each size, kept for good. What a convolution of stride 2 sees lies in
/// four planes (<see cref="PicturePlanes"/>), each of the output's size: which of them, and a neighbour there or the place itself.
/// </summary>
internal sealed unsafe class PictureTaps
{
    /// <summary>Places of the kernel.</summary>
    public const int Count = 9;

    private static readonly ConcurrentDictionary<(int Height, int Width, bool Halves), PictureTaps> Known = new();

    private readonly Vector512<float>* _masks;
    private readonly Vector512<float>* _sources;
    private readonly nint* _offsets;
    private readonly nint* _steps;
    private readonly int[][] _ofPlanes;

    private PictureTaps(int height, int width, bool halves)
    {
        Width = width;
        Planes = halves ? PicturePlanes.Count : 1;
        var chunks = height * width / ProductKernel.HalfColumns;
        _masks = NewMasks(chunks * Count);
        _sources = NewMasks(chunks * Count);
        _offsets = (nint*)NativeMemory.Alloc(Count, (nuint)sizeof(nint));
        _steps = (nint*)NativeMemory.Alloc(Count, (nuint)sizeof(nint));
        var planes = new int[Count];
        for (var tap = 0; tap < Count; tap++)
        {
            var (down, right) = ((tap / 3) - 1, (tap % 3) - 1);
            if (halves)
            {
                // Rows 2 y - 1, 2 y and 2 y + 1 are row y - 1 of the odd ones, row y of the even ones and row y of the odd ones.
                planes[tap] = PicturePlanes.Of(down & 1, right & 1);
                (down, right) = (Math.Min(down, 0), Math.Min(right, 0));
            }

            _steps[tap] = (down * width) + right;
            _offsets[tap] = (planes[tap] * (nint)height * width) + _steps[tap];
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                _masks[(chunk * Count) + tap] = Inside(height, width, chunk, down, right);
                _sources[(chunk * Count) + tap] = Inside(height, width, chunk, -down, -right);
            }
        }

        _ofPlanes = [.. Enumerable.Range(0, Planes).Select(plane => Enumerable.Range(0, Count).Where(tap => planes[tap] == plane).ToArray())];
    }

    /// <summary>Pixels in a row of the output.</summary>
    public int Width { get; }

    /// <summary>Planes of a channel: one, or four.</summary>
    public int Planes { get; }

    /// <summary>From a pixel of the output to what each place of the kernel sees in a channel's planes, in numbers.</summary>
    public nint* Offsets => _offsets;

    /// <summary>The same within a plane.</summary>
    public nint* Steps => _steps;

    /// <summary>Those of a convolution that keeps a size; its pixels are a multiple of sixteen.</summary>
    public static PictureTaps For(int height, int width) => For(height, width, halves: false);

    /// <summary>Those of a convolution of stride 2 whose output has that size; its pixels are a multiple of sixteen.</summary>
    public static PictureTaps Halving(int height, int width) => For(height, width, halves: true);

    /// <summary>For each place of the kernel, which of sixteen pixels of the output see something there.</summary>
    public Vector512<float>* Masks(int chunk) => _masks + (chunk * Count);

    /// <summary>For each place of the kernel, which of sixteen pixels of its plane are seen there.</summary>
    public Vector512<float>* Sources(int chunk) => _sources + (chunk * Count);

    /// <summary>Places of the kernel that lie in a plane.</summary>
    public int[] OfPlane(int plane) => _ofPlanes[plane];

    private static PictureTaps For(int height, int width, bool halves) => Known.GetOrAdd((height, width, halves), static size => new PictureTaps(size.Height, size.Width, size.Halves));

    private static Vector512<float> Inside(int height, int width, int chunk, int down, int right)
    {
        var inside = new int[ProductKernel.HalfColumns];
        for (var lane = 0; lane < inside.Length; lane++)
        {
            var (y, x) = Math.DivRem((chunk * ProductKernel.HalfColumns) + lane, width);
            inside[lane] = y + down >= 0 && y + down < height && x + right >= 0 && x + right < width ? -1 : 0;
        }

        return Vector512.Create(inside).AsSingle();
    }

    private static Vector512<float>* NewMasks(int count) => (Vector512<float>*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(Vector512<float>)), (nuint)sizeof(Vector512<float>));
}
