using System.Text.Json;
using Diptych.Comparison.Statistics;

namespace Diptych.Tests.Comparison.Statistics;

public sealed class PairedBootstrapTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(Fixtures.Golden("statistics", "statistics.json"))).RootElement;

    [Fact]
    public void Percentile_intervals_are_those_of_the_reference()
    {
        var interval = new PairedBootstrap(seed: 1, resamples: 40_000).Difference(Seeds("a"), Seeds("b"))!;
        var paired = Reference.GetProperty("paired");
        var tolerance = paired.GetProperty("bootstrap_tolerance").GetDouble();
        Assert.Equal(paired.GetProperty("mean").GetDouble(), interval.Value, 1e-12);
        Assert.Equal(paired.GetProperty("bootstrap_percentile_95")[0].GetDouble(), interval.Low, tolerance);
        Assert.Equal(paired.GetProperty("bootstrap_percentile_95")[1].GetDouble(), interval.High, tolerance);
        Assert.Equal(Reference.GetProperty("a").GetArrayLength(), interval.N);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        var first = new PairedBootstrap(seed: 5, resamples: 500).Mean(Seeds("a"));
        Assert.Equal(first, new PairedBootstrap(seed: 5, resamples: 500).Mean(Seeds("a")));
        Assert.NotEqual(first, new PairedBootstrap(seed: 6, resamples: 500).Mean(Seeds("a")));
    }

    [Fact]
    public void Pairs_are_found_by_place_not_by_order()
    {
        var a = Seeds("a");
        var shuffled = Seeds("b").Reverse().ToList();
        var bootstrap = new PairedBootstrap(seed: 1, resamples: 200);
        Assert.Equal(bootstrap.Difference(a, Seeds("b")), bootstrap.Difference(a, shuffled));
    }

    [Fact]
    public void Only_shared_units_are_paired()
    {
        var bootstrap = new PairedBootstrap(seed: 1, resamples: 200);
        var interval = bootstrap.Difference([Unit("x", 0, 3), Unit("x", 1, 9)], [Unit("x", 0, 1), Unit("y", 1, 1)])!;
        Assert.Equal(new Interval(2, 2, 2, 1), interval);
        Assert.Null(bootstrap.Difference([Unit("x", 0, 3)], [Unit("y", 0, 3)]));
    }

    [Fact]
    public void A_unit_given_twice_is_refused() =>
        Assert.Contains("context 'x', seed 0", Assert.Throws<ArgumentException>(() => Pairs.Subtract([Unit("x", 0, 1), Unit("x", 0, 2)], [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Values_that_differ_by_context_widen_the_interval_as_contexts_do_not_as_pictures_would()
    {
        // Four contexts of sixteen equal pictures: only four independent numbers, whatever the count of pictures.
        var byContext = Enumerable.Range(0, 64).Select(i => Unit($"context {i / 16}", i % 16, i / 16)).ToList();
        var pictures = Enumerable.Range(0, 64).Select(i => Unit("one", i, i / 16)).ToList();
        var bootstrap = new PairedBootstrap(seed: 1, resamples: 4000);
        var (wide, narrow) = (bootstrap.Mean(byContext), bootstrap.Mean(pictures));
        Assert.Equal(1.5, wide.Value, 1e-12);
        Assert.Equal(1.5, narrow.Value, 1e-12);
        // Standard errors: sqrt(1.25 / 4) and sqrt(1.25 / 64), four times apart.
        Assert.InRange((wide.High - wide.Low) / (narrow.High - narrow.Low), 3.3, 4.7);
    }

    [Fact]
    public void A_context_shared_by_two_families_is_resampled_in_both_at_once()
    {
        // The families' context effects cancel, so resampling them together leaves nothing to vary.
        UnitValue[] units = [.. Enumerable.Range(0, 6).SelectMany(c => new[] { new UnitValue("F2", $"c{c}", 0, c), new UnitValue("F3", $"c{c}", 0, -c) })];
        var interval = new PairedBootstrap(seed: 1, resamples: 500).Mean(units);
        Assert.Equal(0, interval.Low, 1e-12);
        Assert.Equal(0, interval.High, 1e-12);
    }

    [Fact]
    public void Each_family_counts_alike_and_none_runs_empty()
    {
        UnitValue[] units = [new("F1", "", 0, 1.0), .. Enumerable.Range(0, 9).Select(c => new UnitValue("F2", $"c{c}", 0, 0.0))];
        Assert.Equal(new Interval(0.5, 0.5, 0.5, 10), new PairedBootstrap(seed: 1, resamples: 500).Mean(units));
    }

    [Fact]
    public void An_interval_that_touches_zero_does_not_exclude_it()
    {
        Assert.False(new Interval(0.1, 0, 0.2, 4).ExcludesZero);
        Assert.True(new Interval(0.1, 0.01, 0.2, 4).ExcludesZero);
        Assert.True(new Interval(-0.1, -0.2, -0.01, 4).ExcludesZero);
    }

    private static UnitValue Unit(string context, int seed, double value) => new("F", context, seed, value);

    private static IReadOnlyList<UnitValue> Seeds(string name) => [.. Reference.GetProperty(name).EnumerateArray().Select((value, i) => Unit("", i, value.GetDouble()))];
}
