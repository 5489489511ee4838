using Diptych.Common.Runtime;

namespace Diptych.Common.Data;

/// <summary>
/// Which of n pictures comes at which position: every epoch goes through all of them once, shuffled anew. A pure function of
/// (seed, epoch, position), so a resumed run goes on where it was cut off, whatever was asked before.
/// </summary>
public sealed class SeededOrder
{
    private readonly long _seed;
    private readonly RandomPurpose _purpose;
    private (long Epoch, int[] Pictures) _latest = (-1, []);

    /// <summary>The order of <paramref name="count"/> pictures under a seed; <paramref name="purpose"/> keeps class images' order apart from the photos'.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public SeededOrder(long seed, int count, RandomPurpose purpose = RandomPurpose.Order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (_seed, Count, _purpose) = (seed, count, purpose);
    }

    /// <summary>Pictures in an epoch.</summary>
    public int Count { get; }

    /// <summary>The picture, 0 to Count - 1, at a position counted from the beginning of training on, across epochs.</summary>
    public int At(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return At(position / Count, (int)(position % Count));
    }

    /// <summary>The picture, 0 to Count - 1, at a position within an epoch.</summary>
    public int At(long epoch, int position)
    {
        var latest = _latest;
        if (latest.Epoch != epoch)
        {
            _latest = latest = (epoch, Shuffle(epoch));
        }

        return latest.Pictures[position];
    }

    // Fisher and Yates in Durstenfeld's form (CACM 7, algorithm 235, 1964).
    private int[] Shuffle(long epoch)
    {
        var stream = new RandomStream(_seed, _purpose, epoch);
        var pictures = Enumerable.Range(0, Count).ToArray();
        for (var last = Count - 1; last > 0; last--)
        {
            var other = stream.Next(last + 1);
            (pictures[last], pictures[other]) = (pictures[other], pictures[last]);
        }

        return pictures;
    }
}
