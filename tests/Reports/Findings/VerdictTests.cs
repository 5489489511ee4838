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
        Assert.EndsWith("DreamBooth had 0.80 [0.70, 0.90] of the subject\u2019s attributes read back and Textual Inversion 0.50 [0.40, 0.60]: a difference of 0.28 [0.21, 0.35].", Of([Between("all", 0.28, 0.21, 0.35)]).Lead, StringComparison.Ordinal);
        Assert.EndsWith("a difference of 0.28 [0.21, 0.35].", Of([Between("all", -0.28, -0.35, -0.21)]).Lead, StringComparison.Ordinal);
        Assert.EndsWith("a difference of 0.02 [\u22120.04, 0.08]. The interval holds zero.", Of([Between("all", 0.02, -0.04, 0.08)]).Lead, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_judge_of_the_same_mind_is_quoted_with_its_numbers()
    {
        var lead = Of([Between("all", 0.28, 0.21, 0.35), Between("all", 0.26, 0.18, 0.34, "dino_i")]).Lead;
        Assert.StartsWith("Over 6 kinds of prompt that ask for the subject, DreamBooth had 0.80", lead, StringComparison.Ordinal);
        Assert.EndsWith("A net that recognises individuals (DINO-I, over 5 of them) gives the same order, 0.70 [0.65, 0.75] and 0.44 [0.38, 0.50]: a difference of 0.26 [0.18, 0.34].", lead, StringComparison.Ordinal);
        var unsure = Of([Between("all", 0.02, -0.04, 0.08), Between("all", 0.01, -0.05, 0.07, "dino_i")]).Lead;
        Assert.EndsWith("a difference of 0.01 [\u22120.05, 0.07], and that interval holds zero too.", unsure, StringComparison.Ordinal);
    }

    [Fact]
    public void Judges_of_opposite_minds_leave_the_headline_to_neither()
    {
        var verdict = Of([Between("all", 0.28, 0.21, 0.35), Between("all", -0.1, -0.18, -0.02, "dino_i")]);
        Assert.Equal("The judges disagree about DreamBooth and Textual Inversion on the off-palette dog", verdict.Headline);
        Assert.EndsWith("The two judges do not agree: by attributes read back, DreamBooth minus Textual Inversion is +0.28 [0.21, 0.35]; by a net that recognises individuals (DINO-I) it is \u22120.10 [\u22120.18, \u22120.02].", verdict.Lead, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.02, 0.26, "is +0.02 [\u22120.04, 0.08], which holds zero; by a net that recognises individuals (DINO-I) it is +0.26 [0.20, 0.32].")]
    [InlineData(0.28, 0.02, "is +0.28 [0.22, 0.34]; by a net that recognises individuals (DINO-I) it is +0.02 [\u22120.04, 0.08], which holds zero.")]
    [InlineData(0.28, -0.02, "it is \u22120.02 [\u22120.08, 0.04], which holds zero.")]
    [InlineData(0.02, -0.02, "it is \u22120.02 [\u22120.08, 0.04], which holds zero.")]
    public void Where_only_one_judge_is_sure_or_their_signs_differ_they_do_not_agree(double attributes, double dino, string ending)
    {
        var verdict = Of([Between("all", attributes, attributes - 0.06, attributes + 0.06), Between("all", dino, dino - 0.06, dino + 0.06, "dino_i")]);
        Assert.Contains("The two judges do not agree:", verdict.Lead, StringComparison.Ordinal);
        Assert.EndsWith(ending, verdict.Lead, StringComparison.Ordinal);
        Assert.DoesNotContain("disagree", verdict.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void Out_of_the_world_the_lead_has_no_numbers_and_no_judge_is_believed()
    {
        (SyntheticRun.Default with { InWorld = false }).Save(_folder);
        var verdict = Of(
        [
            Between("all", 0.28, 0.21, 0.35), Between("all", 0.26, 0.18, 0.34, "dino_i"),
            Against("class", "db", "all", 0.28, 0.21, 0.35), Against("class", "db", "all", 0.26, 0.18, 0.34, "dino_i"),
        ]);
        Assert.EndsWith("judge by the pictures", verdict.Headline, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9]", verdict.Lead);
        Assert.Contains("by eye", verdict.Lead, StringComparison.Ordinal);
        Assert.Contains("do not believe the attribute scores below, nor CLIP-I, nor DINO-I", verdict.Warning, StringComparison.Ordinal);
        Assert.DoesNotContain(verdict.Findings, finding => finding.Title == "What each method learned, by two judges");
    }

    [Fact]
    public void What_was_learned_comes_first()
    {
        var findings = Of([Between("F1", 0.3, 0.1, 0.5), Against("class", "db", "all", 0.28, 0.21, 0.35), Against("class", "db", "all", 0.26, 0.18, 0.34, "dino_i")]).Findings;
        Assert.Equal("What each method learned, by two judges", findings[0].Title);
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
        Assert.StartsWith("F3, \u201CTitle of F3\u201D, against F2: DreamBooth loses 0.24 [0.08, 0.39] and Textual Inversion changes by +0.02 [\u22120.07, 0.11] (no loss is shown, one of up to 0.07 is not excluded).", text, StringComparison.Ordinal);
        Assert.Contains("The missing words cost DreamBooth more than Textual Inversion, by 0.26 [0.07, 0.45].", text, StringComparison.Ordinal);
        Assert.EndsWith("In the other partial prompts (F4): DreamBooth loses 0.20 [0.10, 0.30] in F4 against F1. No other interval excludes zero. These intervals are not corrected for their number.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Partial_prompts_without_a_sure_change_are_not_said_to_change_nothing()
    {
        var text = Text(Of([Drop("db", "F4", "F1", 0.01, -0.1, 0.12), Drop("ti", "F3", "F2", 0.05, 0, 0.1)]), "When the prompt holds only part of the instance prompt");
        Assert.Contains("Textual Inversion changes by +0.05 [0.00, 0.10] (no loss is shown).", text, StringComparison.Ordinal);
        Assert.EndsWith("In the other partial prompts (F4) no interval excludes zero. These intervals are not corrected for their number.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_identifier_alone_is_a_question_that_one_word_for_both_cannot_be_asked()
    {
        var text = Text(Of([Drop("db", "F11", "F2", -0.52, -0.65, -0.37), Drop("db-prior", "F11", "F2", -0.57, -0.7, -0.45)]), "When the prompt holds only part of the instance prompt");
        Assert.Equal(
            "F11, \u201CTitle of F11\u201D, against F2: DreamBooth loses 0.52 [0.37, 0.65] and DreamBooth with prior loses 0.57 [0.45, 0.70]. "
            + "Textual Inversion cannot be asked this: its one word stands for identifier and class noun both.", text);
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
    public void What_prior_preservation_costs_and_leaves_stands_beside_what_it_lowers()
    {
        var text = Text(
            Of(
            [
                Leak("db", 0.34, 0.2, 0.5), Leak("db", 0.58, 0.42, 0.75, "dino_i"), Leak("db-prior", 0.28, 0.2, 0.42),
                Leak("ti", 0.01, -0.02, 0.04), Leak("ti", 0.09, 0.03, 0.15, "dino_i"),
                Against("db", "db-prior", "F12", -0.17, -0.27, -0.07), Against("db", "db-prior", "all", -0.16, -0.24, -0.09),
            ]),
            "Whether the word \u201Cdog\u201D leaks");
        Assert.Contains("DreamBooth leaks, its pictures are nearer to the subject by 0.34 [0.20, 0.50] (DINO-I +0.58 [0.42, 0.75]).", text, StringComparison.Ordinal);
        Assert.Contains("Textual Inversion shows no leak by the attributes read back (+0.01 [\u22120.02, 0.04]), but one by the other judge (DINO-I +0.09 [0.03, 0.15]).", text, StringComparison.Ordinal);
        Assert.EndsWith("Prior preservation lowers the leak by 0.17 [0.07, 0.27]. A leak of 0.28 [0.20, 0.42] remains. It costs 0.16 [0.09, 0.24] of subject fidelity.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_rare_word_tells_whether_the_identifier_carries_the_subject()
    {
        var text = Text(
            Of([Leak("db", 0.34, 0.2, 0.5), Against("base", "db", "F13", 0.21, 0.1, 0.32), Against("base", "db-prior", "F13", 0.02, -0.05, 0.09)]),
            "Whether the word \u201Cdog\u201D leaks");
        Assert.EndsWith(
            "With another rare word in the identifier\u2019s place (F13): DreamBooth is nearer to the subject by 0.21 [0.10, 0.32] and DreamBooth with prior cannot be told from the untrained model (+0.02 [\u22120.05, 0.09]).",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_kinds_of_prompt_that_make_a_gap_in_obedience_are_named()
    {
        EffectRecord[] families = [Between("F2", 0, 0, 0, "prompt_fidelity"), Between("F9", -0.37, -0.5, -0.2, "prompt_fidelity")];
        var text = Text(Of([Between("all", -0.11, -0.14, -0.08, "prompt_fidelity"), .. families]), "Whether the rest of the prompt is obeyed");
        Assert.StartsWith("Of what the prompts asked for besides the subject\u2019s own look, DreamBooth drew 0.88 [0.86, 0.90] and Textual Inversion 0.99 [0.96, 1.00]", text, StringComparison.Ordinal);
        Assert.EndsWith("Textual Inversion is the more obedient by 0.11 [0.08, 0.14]. The gap is made in F9 (\u22120.37).", text, StringComparison.Ordinal);
        text = Text(Of([Between("all", -0.01, -0.04, 0.02, "prompt_fidelity"), .. families]), "Whether the rest of the prompt is obeyed");
        Assert.EndsWith("holds zero. The two do differ in F9 (\u22120.37).", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_untrained_model_is_told_by_what_it_was_asked()
    {
        var text = Text(Of([Against("words", "ti", "all", -0.09, -0.15, -0.03), Against("words", "db", "all", 0.24, 0.15, 0.31)]), "What words alone could do");
        Assert.Equal(
            "The untrained model\u2019s subject fidelity is 0.48 [0.44, 0.51] asked with DreamBooth\u2019s own prompts (\u201Ca photo of a <sks> dog\u201D), 0.47 [0.43, 0.50] asked for the class noun "
            + "and 0.58 [0.56, 0.59] given a description in words (\u201Cgreen dog\u201D). Textual Inversion falls short of the description by 0.09 [0.03, 0.15]. DreamBooth adds 0.24 [0.15, 0.31] to the description\u2019s score.", text);
    }

    [Fact]
    public void Limits_name_the_judges_range_and_the_number_of_pictures()
    {
        var limits = Of([]).Limits;
        Assert.Contains("2 to 8 pictures a cell", limits, StringComparison.Ordinal);
        Assert.Contains("attributes read back 0.91 on real pictures of the subject, 0.88 after the autoencoder has seen them and 0.32 on others of its class", limits, StringComparison.Ordinal);
        Assert.Contains("DINO-I 0.82 on real pictures of the subject, 0.79 after the autoencoder has seen them and 0.07 on others of its class", limits, StringComparison.Ordinal);
        Assert.Contains("not proof of where the subject is stored", limits, StringComparison.Ordinal);
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
            Pooled =
            [
                Row("db", "subject_fidelity", 0.8, 0.7, 0.9), Row("ti", "subject_fidelity", 0.5, 0.4, 0.6),
                Row("base", "subject_fidelity", 0.48, 0.44, 0.51), Row("class", "subject_fidelity", 0.47, 0.43, 0.5), Row("words", "subject_fidelity", 0.58, 0.56, 0.59),
                Row("db", "dino_i", 0.7, 0.65, 0.75), Row("ti", "dino_i", 0.44, 0.38, 0.5),
                Row("db", "prompt_fidelity", 0.88, 0.86, 0.9), Row("ti", "prompt_fidelity", 0.99, 0.96, 1),
            ],
            Effects = effects,
        });
        return Verdict.Of(RunFolder.Read(_folder));
    }

    private static string Text(Verdict verdict, string title) => verdict.Findings.Single(finding => finding.Title == title).Text;

    private static RowRecord Row(string arm, string metric, double value, double low, double high) => new(arm, "all", metric, value, low, high, 100);

    private static EffectRecord Between(string family, double difference, double low, double high, string metric = "subject_fidelity") => Against("ti", "db", family, difference, low, high, metric);

    private static EffectRecord Leak(string arm, double difference, double low, double high, string metric = "subject_fidelity") => Against("base", arm, "F12", difference, low, high, metric);

    private static EffectRecord Against(string subtracted, string arm, string family, double difference, double low, double high, string metric = "subject_fidelity") =>
        Effect(EffectKind.Arms, family, null, arm, subtracted, difference, low, high) with { Metric = metric };

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
