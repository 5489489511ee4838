namespace Diptych.Comparison.Statistics;

/// <summary>Corrections for having made several tests.</summary>
public static class MultipleTests
{
    /// <summary>Holm's step-down p values (1979): the chance of even one false finding stays under the level. Order as given.</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var corrected = new double[p.Count];
        double largest = 0;
        var rank = 0;
        foreach (var i in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
        {
            largest = Math.Max(largest, Math.Min(1, p[i] * (p.Count - rank++)));
            corrected[i] = largest;
        }

        return corrected;
    }

    /// <summary>Benjamini and Hochberg's step-up p values (1995): the share of false findings among all stays under the level. Order as given.</summary>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p)
    {
        var corrected = new double[p.Count];
        double smallest = 1;
        var rank = p.Count;
        foreach (var i in Enumerable.Range(0, p.Count).OrderByDescending(i => p[i]))
        {
            smallest = Math.Min(smallest, p[i] * p.Count / rank--);
            corrected[i] = smallest;
        }

        return corrected;
    }
}
