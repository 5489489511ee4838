using Diptych.Reports.Data;
using Diptych.Reports.Findings;

namespace Diptych.Tests.Reports.Findings;

public sealed class VerdictTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-verdict-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_winner_changes_with_the_numbers()
    {
        var db = new[] { Between("all", 0.28, 0.21, 0.35) };
        Assert.Equal("DreamBooth kept the off-palette dog better than Textual Inversion", Of(db).Headline);
        Assert.Equal("Textual Inversion kept the off-palette dog better than DreamBooth", Of([Between("all", -0.28, -0.35, -0.21)]).Headline);
        Assert.Equal("This run cannot tell DreamBooth and Textual Inversion apart on the off-palette dog", Of([Between("all", 0.02, -0.04, 0.08)]).Headline);
    }

    [Fact]
    public void The_lead_tells_the_difference_with_its_interval_from_the_winners_side()
    {
        Assert.EndsWith("DreamBooth kept 0.80 [0.70, 0.90] of its attributes and Textual Inversion 0.50 [0.40, 0.60]: a difference of 0.28 [0.21, 0.35].", Of([Between("all", 0.28, 0.21, 0.35)]).Lead, StringComparison.Ordinal);
        Assert.EndsWith("a difference of 0.28 [0.21, 0.35].", Of([Between("all", -0.28, -0.35, -0.21)]).Lead, StringComparison.Ordinal);
        Assert.EndsWith("a difference of 0.02 [\u22120.04, 0.08]. The interval holds zero.", Of([Between("all", 0.02, -0.04, 0.08)]).Lead, StringComparison.Ordinal);
    }

    [Fact]
    public void Families_are_sorted_by_what_their_intervals_allow_to_say()
    {
        var text = Text(Of([Between("F1", 0.3, 0.1, 0.5), Between("F2", 0.1, -0.1, 0.3), Between("F3", -0.3, -0.5, -0.1)]), "Prompt by prompt");
        Assert.Equal("DreamBooth is ahead, with an interval that excludes zero, in F1 (+0.30). Textual Inversion is ahead, with an interval that excludes zero, in F3 (\u22120.30). The interval does not exclude zero in F2 (+0.10).", text);
    }

    [Fact]
    public void The_partial_prompt_tells_what_each_method_loses_and_whether_one_loses_more()
    {
        var text = Text(
            Of(
            [
                Drop("db", "F3", "F2", -0.24, -0.39, -0.08), Drop("ti", "F3", "F2", 0.02, -0.07, 0.11),
                Interaction(-0.26, -0.45, -0.07), Drop("db", "F4", "F1", -0.2, -0.3, -0.1), Drop("ti", "F4", "F1", 0, -0.1, 0.1),
            ]),
            "When the prompt holds only part of the instance prompt");
        Assert.StartsWith("F3, \u201CTitle of F3\u201D, against F2: DreamBooth loses 0.24 [0.08, 0.39] and Textual Inversion changes by +0.02 [\u22120.07, 0.11], which holds zero.", text, StringComparison.Ordinal);
        Assert.Contains("The missing words cost DreamBooth more than Textual Inversion, by 0.26 [0.07, 0.45].", text, StringComparison.Ordinal);
        Assert.EndsWith("In the other partial prompts (F4): DreamBooth loses 0.20 [0.10, 0.30] in F4 against F1. No other change could be told from chance.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interaction_that_holds_zero_is_not_sold_as_one()
    {
        var text = Text(Of([Drop("db", "F3", "F2", -0.24, -0.39, -0.08), Interaction(-0.06, -0.2, 0.1)]), "When the prompt holds only part of the instance prompt");
        Assert.Contains("cannot be told apart (difference \u22120.06 [\u22120.20, 0.10])", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_leak_is_told_for_each_method_against_the_untrained_model()
    {
        var text = Text(
            Of([Leak("db", 0.34, 0.2, 0.5), Leak("db-prior", 0.05, -0.1, 0.2), Leak("ti", 0, 0, 0), Effect(EffectKind.Arms, "F12", null, "db-prior", "db", -0.29, -0.4, -0.1)]),
            "Whether the word \u201Cdog\u201D leaks");
        Assert.Contains("DreamBooth leaks, its pictures are nearer to the subject by 0.34 [0.20, 0.50].", text, StringComparison.Ordinal);
        Assert.Contains("DreamBooth with prior shows no leak that this run could tell from chance (+0.05 [\u22120.10, 0.20]).", text, StringComparison.Ordinal);
        Assert.Contains("Textual Inversion draws pictures that score the same (0.00).", text, StringComparison.Ordinal);
        Assert.Contains("Prior preservation lowers the leak by 0.29 [0.10, 0.40].", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_name_the_judges_range_and_the_number_of_pictures()
    {
        var limits = Of([]).Limits;
        Assert.Contains("2 to 8 pictures a cell", limits, StringComparison.Ordinal);
        Assert.Contains("0.91 on real pictures of the subject, 0.88 after the autoencoder has seen them and 0.32 on others of its class", limits, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_kept_no_picture_from_training_says_that_copying_is_rewarded()
    {
        Assert.DoesNotContain("rewards copying", Of([]).Limits, StringComparison.Ordinal);
        var run = RunFolder.Read(_folder).Run;

        RunFolder.WriteRun(_folder, run with { Subject = run.Subject with { HeldOut = [] } });

        Assert.Contains("rewards copying", Verdict.Of(RunFolder.Read(_folder)).Limits, StringComparison.Ordinal);
    }

    private Verdict Of(IReadOnlyList<EffectRecord> effects)
    {
        if (!File.Exists(Path.Combine(_folder, RunFolder.RunFile)))
        {
            SyntheticRun.Write(_folder);
        }

        var summary = RunFolder.Read(_folder).Summary;
        RunFolder.WriteSummary(_folder, summary with
        {
            Pooled = [new RowRecord("db", "all", "subject_fidelity", 0.8, 0.7, 0.9, 100), new RowRecord("ti", "all", "subject_fidelity", 0.5, 0.4, 0.6, 100)],
            Effects = effects,
        });
        return Verdict.Of(RunFolder.Read(_folder));
    }

    private static string Text(Verdict verdict, string title) => verdict.Findings.Single(finding => finding.Title == title).Text;

    private static EffectRecord Between(string family, double difference, double low, double high) => Effect(EffectKind.Arms, family, null, "db", "ti", difference, low, high);

    private static EffectRecord Leak(string arm, double difference, double low, double high) => Effect(EffectKind.Arms, "F12", null, arm, "base", difference, low, high);

    private static EffectRecord Drop(string arm, string family, string reference, double difference, double low, double high) => Effect(EffectKind.Families, family, reference, arm, arm, difference, low, high);

    private static EffectRecord Interaction(double difference, double low, double high) => Effect(EffectKind.Interaction, "F3", "F2", "db", "ti", difference, low, high);

    private static EffectRecord Effect(EffectKind kind, string family, string? reference, string a, string b, double difference, double low, double high) => new()
    {
        Kind = kind,
        Family = family,
        ReferenceFamily = reference,
        Metric = "subject_fidelity",
        ArmA = a,
        ArmB = b,
        Difference = difference,
        Low = low,
        High = high,
        N = 16,
        ExcludesZero = low > 0 || high < 0,
    };
}
