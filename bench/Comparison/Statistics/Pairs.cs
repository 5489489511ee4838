namespace Diptych.Comparison.Statistics;

/// <summary>Pairs measurements that share group, context and initial latents.</summary>
public static class Pairs
{
    /// <summary>a minus b on the units they share.</summary>
    /// <exception cref="ArgumentException">A unit occurs twice on one side, so that no pairing is right.</exception>
    public static IReadOnlyList<UnitValue> Subtract(IReadOnlyList<UnitValue> a, IReadOnlyList<UnitValue> b)
    {
        var subtracted = Index(b);
        _ = Index(a);
        var pairs = new List<UnitValue>();
        foreach (var unit in a)
        {
            if (subtracted.TryGetValue((unit.Group, unit.Context, unit.Seed), out var value))
            {
                pairs.Add(unit with { Value = unit.Value - value });
            }
        }

        return pairs;
    }

    private static Dictionary<(string, string, int), double> Index(IReadOnlyList<UnitValue> units)
    {
        var index = new Dictionary<(string, string, int), double>();
        foreach (var unit in units)
        {
            if (!index.TryAdd((unit.Group, unit.Context, unit.Seed), unit.Value))
            {
                throw new ArgumentException($"two values for group '{unit.Group}', context '{unit.Context}', seed {unit.Seed}: give each prompt of a family its own context");
            }
        }

        return index;
    }
}
