using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>
/// Memory for what a piece of work forgets as soon as it is done: its thread's own, the same again each time, so that it still lies in a core's caches. Fresh blocks would be fetched from memory line by
/// line, only to be written over. Takings may lie within each other, and end in the opposite order. A thread keeps as much as it has taken at once, for as long as it lives.
/// </summary>
internal readonly unsafe ref struct Scratch
{
    private const int LineNumbers = 16;

    private readonly Pile _pile;
    private readonly nint _size;
    private readonly float* _apart;

    private Scratch(Pile pile, nint size)
    {
        (_pile, _size) = (pile, size);
        First = pile.Find(size);
        if (First is null)
        {
            First = _apart = Allocate(size);
        }

        pile.Take(size);
    }

    /// <summary>Where it begins, with a line of the cache.</summary>
    public float* First { get; }

    /// <summary>Takes room for so many numbers, until it is disposed of. What they are is not known.</summary>
    public static Scratch Take(nint numbers) => new(Pile.Own, Whole(numbers));

    /// <summary>Numbers rounded up to whole lines of the cache.</summary>
    public static nint Whole(nint numbers) => (numbers + LineNumbers - 1) / LineNumbers * LineNumbers;

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_apart);
        _pile.GiveBack(_size);
    }

    private static float* Allocate(nint numbers) => (float*)NativeMemory.AlignedAlloc((nuint)numbers * sizeof(float), LineNumbers * sizeof(float));

    // A thread's: freed some time after the thread has ended.
    private sealed class Pile
    {
        [ThreadStatic]
        private static Pile? t_own;

        private float* _first;
        private nint _size;
        private nint _used;
        private nint _most;

        ~Pile() => NativeMemory.AlignedFree(_first);

        public static Pile Own => t_own ??= new Pile();

        // Null where it is too small by now: it grows when nothing of it is in use.
        public float* Find(nint size)
        {
            _most = Math.Max(_most, _used + size);
            if (_used == 0 && _most > _size)
            {
                NativeMemory.AlignedFree(_first);
                _first = null;
                _size = 0;
                _first = Allocate(_most);
                _size = _most;
            }

            return _used + size <= _size ? _first + _used : null;
        }

        public void Take(nint size) => _used += size;

        public void GiveBack(nint size) => _used -= size;
    }
}
