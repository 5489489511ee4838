using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Keeps freed memory with a thread besides the main one, as <see cref="MemoryReuse"/> does with that. glibc gives such a thread an arena of its own, made of
/// heaps of 64 MB, and a heap that has become free goes back to the system at once: a training step would fetch its memory anew each time, page by page. So a
/// small block is left in each of as many heaps as a lane may need. Until something is written there they cost addresses, no memory.
/// (Sharing the main thread's arena is no way out: its lock took a third of the time of two lanes with small tensors.)
/// </summary>
internal sealed unsafe class LaneMemory : IDisposable
{
    private const int Heaps = 64;
    private const nuint MoreThanHalfAHeap = 40 << 20;
    private const nuint Small = 2048;

    private readonly MemoryReuse _reuse = MemoryReuse.Begin();
    private readonly List<nint> _pins = [];

    /// <summary>To be created by the lane's thread.</summary>
    public LaneMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Two of the large blocks do not fit one heap, so each begins another, and the small one behind it lies in the same.
        var large = new List<nint>();
        try
        {
            for (var i = 0; i < Heaps; i++)
            {
                large.Add((nint)NativeMemory.Alloc(MoreThanHalfAHeap));
                _pins.Add((nint)NativeMemory.Alloc(Small));
            }
        }
        catch (OutOfMemoryException)
        {
            // Addresses are rationed here (ulimit -v): fewer heaps stay.
        }

        foreach (var block in large)
        {
            MemoryAdvice.FillSoon(block, (long)MoreThanHalfAHeap);
            NativeMemory.Free((void*)block);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pin in _pins)
        {
            NativeMemory.Free((void*)pin);
        }

        _pins.Clear();
        _reuse.Dispose();
    }
}
