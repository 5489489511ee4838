using Diptych.Common.Runtime;

namespace Diptych.Comparison.Statistics;

/// <summary>
/// Values arranged for a hierarchical bootstrap. Contexts are drawn with replacement, then seeds within each drawn context.
/// Contexts that occur in the same groups form a stratum of constant size, so that no group ever runs empty,
/// and a context's values in all its groups are drawn together: a hard scene is hard in every family.
/// </summary>
internal sealed class ResamplingDesign
{
    private readonly int[][][][] _strata;  // stratum, context, seed -> indices into the two arrays below
    private readonly int[] _group;
    private readonly double[] _value;
    private readonly double[] _sums;
    private readonly int[] _counts;

    public ResamplingDesign(IReadOnlyList<UnitValue> units)
    {
        var groups = units.Select(unit => unit.Group).Distinct().ToList();
        _group = [.. units.Select(unit => groups.IndexOf(unit.Group))];
        _value = [.. units.Select(unit => unit.Value)];
        _sums = new double[groups.Count];
        _counts = new int[groups.Count];
        _strata =
        [
            .. Enumerable.Range(0, units.Count)
                .GroupBy(i => units[i].Context)
                .GroupBy(context => string.Join('\n', context.Select(i => _group[i]).Distinct().Order()))
                .Select(stratum => stratum.Select(context => context.GroupBy(i => units[i].Seed).Select(seed => seed.ToArray()).ToArray()).ToArray()),
        ];
    }

    /// <summary>Mean over groups of the mean of each group's values.</summary>
    public double Mean()
    {
        Clear();
        for (var i = 0; i < _value.Length; i++)
        {
            Add(i);
        }

        return MeanOfGroups();
    }

    /// <summary>The same mean over one resample of contexts and seeds.</summary>
    public double Resample(RandomStream stream)
    {
        Clear();
        foreach (var contexts in _strata)
        {
            for (var c = 0; c < contexts.Length; c++)
            {
                var seeds = contexts.Length == 1 ? contexts[0] : contexts[stream.Next(contexts.Length)];
                for (var s = 0; s < seeds.Length; s++)
                {
                    foreach (var i in seeds[stream.Next(seeds.Length)])
                    {
                        Add(i);
                    }
                }
            }
        }

        return MeanOfGroups();
    }

    private void Clear()
    {
        Array.Clear(_sums);
        Array.Clear(_counts);
    }

    private void Add(int i)
    {
        _sums[_group[i]] += _value[i];
        _counts[_group[i]]++;
    }

    private double MeanOfGroups()
    {
        double sum = 0;
        var groups = 0;
        for (var g = 0; g < _sums.Length; g++)
        {
            // A group whose values are missing for some seeds can run empty in a resample.
            if (_counts[g] > 0)
            {
                sum += _sums[g] / _counts[g];
                groups++;
            }
        }

        return sum / groups;
    }
}
