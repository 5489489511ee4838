using Diptych.Reports.Data;

namespace Diptych.Comparison.Statistics;

/// <summary>Turns paired differences into effects with intervals and p values.</summary>
internal sealed class EffectList(PairedBootstrap bootstrap, long seed)
{
    public List<EffectRecord> Effects { get; } = [];

    /// <summary>Adds an effect; nothing where there are no pairs.</summary>
    public void Add(EffectKind kind, string family, string? reference, string metric, ArmPair arms, IReadOnlyList<UnitValue> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        var interval = bootstrap.Mean(pairs);
        var effect = new EffectRecord
        {
            Kind = kind,
            Family = family,
            ReferenceFamily = reference,
            Metric = metric,
            ArmA = arms.A,
            ArmB = arms.B,
            Difference = interval.Value,
            Low = interval.Low,
            High = interval.High,
            N = interval.N,
            ExcludesZero = interval.ExcludesZero,
        };
        // Tests are for the questions fixed beforehand; everything else is described by its interval.
        Effects.Add(PrimaryEndpoints.Include(effect) ? effect with { P = SignFlipTest.P(pairs, seed), Units = SignFlipTest.Units(pairs).Count } : effect);
    }
}
