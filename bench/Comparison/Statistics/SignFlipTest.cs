using Diptych.Common.Runtime;

namespace Diptych.Comparison.Statistics;

/// <summary>Fisher's permutation test on paired differences: were there no effect, each sign could as well be the other.</summary>
public static class SignFlipTest
{
    private const int LargestExact = 14;
    private const int FewestContexts = 6;

    /// <summary>Two-sided p of the mean difference; exact up to 14 pairs, else from random flips, the observed one counted.</summary>
    /// <param name="differences">Paired differences, at least one.</param>
    /// <param name="seed">Seed of the random flips.</param>
    /// <param name="flips">Random flips; default twenty thousand.</param>
    public static double P(IReadOnlyList<double> differences, long seed, int flips = 20_000)
    {
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count);
        // Sums of the same numbers in another order differ in their last bits; those are ties.
        var observed = Math.Abs(differences.Sum()) - (1e-12 * differences.Sum(Math.Abs));
        return differences.Count <= LargestExact ? Exact(differences, observed) : Sampled(differences, observed, seed, flips);
    }

    /// <summary>The p of an effect, on its independent <see cref="Units"/>.</summary>
    /// <param name="pairs">Paired differences with their contexts.</param>
    /// <param name="seed">Seed of the random flips.</param>
    public static double P(IReadOnlyList<UnitValue> pairs, long seed) => P(Units(pairs), seed);

    /// <summary>
    /// The mean difference of each independent unit: of each context, where there are enough of them to reach 0.05. Under six it is of each initial noise in
    /// its context, which several families share, and the p holds for those contexts only.
    /// </summary>
    /// <param name="pairs">Paired differences with their contexts.</param>
    public static IReadOnlyList<double> Units(IReadOnlyList<UnitValue> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var contexts = pairs.GroupBy(pair => pair.Context).ToList();
        return contexts.Count >= FewestContexts
            ? [.. contexts.Select(context => context.Average(pair => pair.Value))]
            : [.. pairs.GroupBy(pair => (pair.Context, pair.Seed)).Select(noise => noise.Average(pair => pair.Value))];
    }

    private static double Exact(IReadOnlyList<double> differences, double observed)
    {
        var patterns = 1 << differences.Count;
        var extreme = 0;
        for (var pattern = 0; pattern < patterns; pattern++)
        {
            double sum = 0;
            for (var i = 0; i < differences.Count; i++)
            {
                sum += (pattern >> i & 1) == 0 ? differences[i] : -differences[i];
            }

            extreme += Math.Abs(sum) >= observed ? 1 : 0;
        }

        return (double)extreme / patterns;
    }

    private static double Sampled(IReadOnlyList<double> differences, double observed, long seed, int flips)
    {
        var stream = new RandomStream(seed, RandomPurpose.Bootstrap, step: 1);
        var extreme = 0;
        for (var flip = 0; flip < flips; flip++)
        {
            double sum = 0;
            for (var i = 0; i < differences.Count; i++)
            {
                sum += stream.Next(2) == 0 ? differences[i] : -differences[i];
            }

            extreme += Math.Abs(sum) >= observed ? 1 : 0;
        }

        return (extreme + 1.0) / (flips + 1.0);
    }
}
