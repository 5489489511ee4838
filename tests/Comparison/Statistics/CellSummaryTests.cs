using Diptych.Comparison.Statistics;
using Diptych.Reports.Data;

namespace Diptych.Tests.Comparison.Statistics;

public sealed class CellSummaryTests
{
    private const int Resamples = 200;

    [Fact]
    public void Rows_are_the_means_of_their_cells()
    {
        var rows = CellSummary.Rows([.. Cell("db", "F2", [1, 0]), .. Cell("ti", "F2", [0.5, 0.5])], seed: 1, Resamples);
        Assert.Equal(0.5, rows.Single(row => row.Arm == "db").Value);
        Assert.Equal(new RowRecord("ti", "F2", "subject_fidelity", 0.5, 0.5, 0.5, 2), rows.Single(row => row.Arm == "ti"));
    }

    [Fact]
    public void A_measure_that_does_not_apply_has_no_row()
    {
        var image = Cell("db", "F1", [1])[0] with { Metrics = new Dictionary<string, double?> { ["prompt_fidelity"] = null } };
        Assert.Empty(CellSummary.Rows([image], seed: 1, Resamples));
    }

    [Fact]
    public void Pooled_means_stand_on_families_that_every_arm_drew_and_leave_the_leak_out()
    {
        ImageRecord[] images =
        [
            .. Cell("db", "F1", [1]), .. Cell("db", "F2", [0.5, 0.5]), .. Cell("db", "F11", [0]), .. Cell("db", "F12", [0]),
            .. Cell("ti", "F1", [0.5]), .. Cell("ti", "F2", [0, 0]), .. Cell("ti", "F12", [0]),
        ];
        var pooled = CellSummary.Pooled(images, seed: 1, Resamples);
        Assert.Equal(0.75, pooled.Single(row => row.Arm == "db").Value);
        Assert.Equal(0.25, pooled.Single(row => row.Arm == "ti").Value);
        var summary = CellSummary.Summarize(images, seed: 1, Resamples);
        Assert.Equal(["F1", "F2"], summary.PooledFamilies["subject_fidelity"]);
        Assert.Equal(0.5, Effect(summary.Effects, EffectKind.Arms, "all", "db", "ti").Difference);
    }

    [Fact]
    public void Differences_of_arms_are_A_minus_B_in_each_family()
    {
        var effects = Effects([.. Cell("db", "F2", [1, 1]), .. Cell("ti", "F2", [0, 0.5]), .. Cell("db", "F12", [0.2]), .. Cell("ti", "F12", [0.6])]);
        Assert.Equal(0.75, Effect(effects, EffectKind.Arms, "F2", "db", "ti").Difference);
        var leak = Effect(effects, EffectKind.Arms, "F12", "db", "ti");
        Assert.Equal(-0.4, leak.Difference, 1e-12);
        Assert.True(leak.ExcludesZero);
        Assert.NotNull(leak.PHolm);
        Assert.Null(Effect(effects, EffectKind.Arms, "F2", "db", "ti").PHolm);
    }

    [Fact]
    public void Partial_prompts_are_held_against_the_fuller_one_and_the_interaction_is_the_difference_of_the_drops()
    {
        var effects = Effects(
        [
            .. Cell("db", "F2", [1, 1]), .. Cell("db", "F3", [0.5, 0.25]),
            .. Cell("ti", "F2", [0.5, 0.5]), .. Cell("ti", "F3", [0.5, 0.25]),
        ]);
        Assert.Equal(-0.625, Effect(effects, EffectKind.Families, "F3", "db", "db").Difference);
        Assert.Equal(-0.125, Effect(effects, EffectKind.Families, "F3", "ti", "ti").Difference);
        var interaction = Effect(effects, EffectKind.Interaction, "F3", "db", "ti");
        Assert.Equal(-0.5, interaction.Difference);
        Assert.Equal("F2", interaction.ReferenceFamily);
    }

    [Fact]
    public void Families_without_a_shared_context_are_not_compared()
    {
        var bare = Cell("db", "F4", [1, 1]).Select((image, i) => image with { Context = "", SeedIndex = i });
        var effects = Effects([.. Cell("db", "F2", [1, 1]), .. bare]);
        Assert.DoesNotContain(effects, effect => effect.Kind == EffectKind.Families);
    }

    private static IReadOnlyList<EffectRecord> Effects(IReadOnlyList<ImageRecord> images) =>
        CellSummary.Effects(images, ArmPair.Defaults, FamilyPair.Defaults, seed: 1, Resamples);

    private static EffectRecord Effect(IReadOnlyList<EffectRecord> effects, EffectKind kind, string family, string a, string b) =>
        effects.Single(effect => effect.Kind == kind && effect.Family == family && effect.ArmA == a && effect.ArmB == b && effect.Metric == "subject_fidelity");

    private static ImageRecord[] Cell(string arm, string family, double[] values) =>
        [.. values.Select((value, i) => new ImageRecord
        {
            Arm = arm,
            Family = family,
            Prompt = "",
            TokenIds = [],
            Context = $"context {i}",
            SeedIndex = 0,
            File = "",
            Metrics = new Dictionary<string, double?> { ["subject_fidelity"] = value },
        })];
}
