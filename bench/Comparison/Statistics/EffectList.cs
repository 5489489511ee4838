using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>Turns paired differences into effects with intervals and p values.</summary>
internal sealed class EffectList(PairedBootstrap bootstrap, long seed)
{
    private readonly List<Question> _asked = [];

    /// <summary>Adds an effect; nothing where there are no pairs.</summary>
    public void Add(EffectKind kind, string family, string? reference, string metric, ArmPair arms, IReadOnlyList<UnitValue> pairs)
    {
        if (pairs.Count > 0)
        {
            _asked.Add(new(kind, family, reference, metric, arms, pairs));
        }
    }

    /// <summary>All of them, in the order in which they were added.</summary>
    public IReadOnlyList<EffectRecord> Measure() => [.. _asked.AsParallel().AsOrdered().Select(Measure)];

    private EffectRecord Measure(Question asked)
    {
        var interval = bootstrap.Mean(asked.Pairs);
        var effect = new EffectRecord
        {
            Kind = asked.Kind,
            Family = asked.Family,
            ReferenceFamily = asked.Reference,
            Metric = asked.Metric,
            ArmA = asked.Arms.A,
            ArmB = asked.Arms.B,
            Difference = interval.Value,
            Low = interval.Low,
            High = interval.High,
            N = interval.N,
            ExcludesZero = interval.ExcludesZero,
        };
        // Tests are for the questions fixed beforehand; everything else is described by its interval.
        return PrimaryEndpoints.Include(effect) ? effect with { P = SignFlipTest.P(asked.Pairs, seed), Units = SignFlipTest.Units(asked.Pairs).Count } : effect;
    }

    private sealed record Question(EffectKind Kind, string Family, string? Reference, string Metric, ArmPair Arms, IReadOnlyList<UnitValue> Pairs);
}
