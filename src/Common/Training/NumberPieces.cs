using Diptych.Common.Runtime;

namespace Diptych.Common.Training;

/// <summary>The numbers of many tensors in pieces, for passes that are shared out among threads.</summary>
internal static class NumberPieces
{
    /// <summary>Numbers of a piece: few enough to share out evenly, so many that sharing out costs nothing.</summary>
    public const int Most = 1 << 16;

    /// <summary>The pieces of tensors of so many numbers each.</summary>
    public static IReadOnlyList<Piece> Of(IEnumerable<int> counts)
    {
        var (pieces, tensor) = (new List<Piece>(), 0);
        foreach (var count in counts)
        {
            for (var from = 0; from < count; from += Most)
            {
                pieces.Add(new(tensor, from, Math.Min(count, from + Most)));
            }

            tensor++;
        }

        return pieces;
    }

    /// <summary>Handles each piece, which is given with its number.</summary>
    public static void Over(IReadOnlyList<Piece> pieces, Action<Piece, int> handle) =>
        SharedWork.Over(pieces.Count, (double)pieces.Count * Most, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                handle(pieces[i], i);
            }
        });

    /// <summary>Some numbers of a tensor.</summary>
    /// <param name="Tensor">Its place in the list.</param>
    /// <param name="From">First number.</param>
    /// <param name="To">The one behind the last.</param>
    public readonly record struct Piece(int Tensor, int From, int To);
}
