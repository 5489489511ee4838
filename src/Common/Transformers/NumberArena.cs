namespace Diptych.Common.Transformers;

/// <summary>Hands out one stretch of memory in parts that begin a line of the cache each. Over nothing, it counts how much is wanted.</summary>
/// <param name="first">Its first number, or null to count.</param>
internal unsafe struct NumberArena(float* first)
{
    private const long Line = 16;

    private readonly float* _first = first;

    /// <summary>Numbers handed out so far.</summary>
    public long Count { get; private set; }

    /// <summary>The next part.</summary>
    public float* Take(long count)
    {
        var part = _first + Count;
        Count += (count + Line - 1) / Line * Line;
        return part;
    }
}
