using Diptych.Common.Runtime;

namespace Diptych.Comparison.Statistics;

/// <summary>
/// Percentile intervals by a hierarchical bootstrap (Efron and Tibshirani, "An introduction to the bootstrap", 1993, ch. 13;
/// hierarchical as in Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021):
/// contexts are resampled, then seeds within contexts. With one subject and one training seed the intervals cover prompts and sampling seeds only.
/// </summary>
/// <param name="seed">Seed of the run; the same seed gives the same intervals on every machine.</param>
/// <param name="resamples">Resamples; default ten thousand.</param>
public sealed class PairedBootstrap(long seed, int resamples = 10_000)
{
    private const double Tail = 0.025;

    /// <summary>Mean over groups of each group's mean, with its interval.</summary>
    /// <param name="units">The values; at least one, none twice.</param>
    public Interval Mean(IReadOnlyList<UnitValue> units)
    {
        ArgumentOutOfRangeException.ThrowIfZero(units.Count);
        var design = new ResamplingDesign(units);
        // Every interval draws from the same stream, so that it does not depend on which others were asked for.
        var stream = new RandomStream(seed, RandomPurpose.Bootstrap);
        var means = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            means[i] = design.Resample(stream);
        }

        Array.Sort(means);
        return new Interval(design.Mean(), Quantile(means, Tail), Quantile(means, 1 - Tail), units.Count);
    }

    /// <summary>Mean of the paired differences with its interval, or null where the two share no unit.</summary>
    public Interval? Difference(IReadOnlyList<UnitValue> a, IReadOnlyList<UnitValue> b)
    {
        var pairs = Pairs.Subtract(a, b);
        return pairs.Count == 0 ? null : Mean(pairs);
    }

    private static double Quantile(double[] sorted, double probability)
    {
        var position = probability * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
