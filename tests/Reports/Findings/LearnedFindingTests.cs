using Diptych.Reports;
using Diptych.Reports.Data;
using Diptych.Reports.Findings;

namespace Diptych.Tests.Reports.Findings;

public sealed class LearnedFindingTests : IDisposable
{
    private const string Beginning = "Each is held against the same model, untrained and asked for \u201Ca dog\u201D. ";

    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-learned-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0.3, 0.2, "DreamBooth learned the subject by both judges (attributes +0.30 [0.25, 0.35], DINO-I +0.20 [0.15, 0.25]).")]
    [InlineData(0.3, 0.02, "DreamBooth draws the subject\u2019s attributes (attributes +0.30 [0.25, 0.35]), yet is not recognised as the individual (DINO-I +0.02 [\u22120.03, 0.07]).")]
    [InlineData(0.02, 0.02, "DreamBooth cannot be told from the untrained model by either judge (attributes +0.02 [\u22120.03, 0.07], DINO-I +0.02 [\u22120.03, 0.07]).")]
    [InlineData(-0.3, -0.2, "DreamBooth moved away from the subject by both judges (attributes \u22120.30 [\u22120.35, \u22120.25], DINO-I \u22120.20 [\u22120.25, \u22120.15]).")]
    [InlineData(-0.3, 0.02, "DreamBooth has fewer of the subject\u2019s attributes read back than the untrained model (attributes \u22120.30 [\u22120.35, \u22120.25]); by the other judge: DINO-I +0.02 [\u22120.03, 0.07], which holds zero.")]
    [InlineData(0.3, -0.2, "DreamBooth is farther from the individual than the untrained model (DINO-I \u22120.20 [\u22120.25, \u22120.15]); by the other judge: attributes +0.30 [0.25, 0.35].")]
    public void The_sentence_follows_from_what_both_judges_say(double attributes, double dino, string sentence) =>
        Assert.Equal(Beginning + sentence, Of([Effect("db", "subject_fidelity", attributes), Effect("db", "dino_i", dino)])?.Text);

    [Fact]
    public void A_move_that_stops_short_of_the_attributes_tells_how_often_the_body_is_right()
    {
        var text = Of([Effect("ti", "subject_fidelity", 0.02), Effect("ti", "dino_i", 0.2)])?.Text;

        Assert.Equal(
            $"{Beginning}Textual Inversion moved towards the subject (DINO-I +0.20 [0.15, 0.25]) but not near enough for its attributes to be read back "
            + $"(attributes +0.02 [\u22120.03, 0.07]; body read back in {Body("ti"):F2} of its pictures, in {Body("class"):F2} of the untrained model\u2019s).", text);
    }

    [Fact]
    public void Every_method_has_a_sentence_of_its_own()
    {
        var text = Of([.. new[] { "ti", "db", "db-prior" }.SelectMany(arm => new[] { Effect(arm, "subject_fidelity", 0.3), Effect(arm, "dino_i", 0.2) })])!.Text;

        var places = new[] { "DreamBooth learned", "DreamBooth with prior learned", "Textual Inversion learned" }.Select(words => text.IndexOf(words, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order().ToList(), places);
    }

    [Fact]
    public void One_judge_alone_makes_no_finding()
    {
        Assert.Null(Of([Effect("db", "subject_fidelity", 0.3)]));
        Assert.Null(Of([]));
    }

    private Finding? Of(IReadOnlyList<EffectRecord> effects)
    {
        if (!File.Exists(Path.Combine(_folder, RunFolder.RunFile)))
        {
            SyntheticRun.Write(_folder);
        }

        RunFolder.WriteSummary(_folder, RunFolder.Read(_folder).Summary with { Effects = effects });
        return LearnedFinding.Of(new RunIndex(RunFolder.Read(_folder)));
    }

    private double Body(string arm) => RunFolder.Read(_folder).Images
        .Where(image => image.Arm == arm && FamilyIds.Subject.Contains(image.Family))
        .Average(image => image.Attributes["body"]);

    private static EffectRecord Effect(string arm, string metric, double difference) => new()
    {
        Kind = EffectKind.Arms,
        Family = "all",
        Metric = metric,
        ArmA = arm,
        ArmB = "class",
        Difference = difference,
        Low = difference - 0.05,
        High = difference + 0.05,
        N = 84,
        ExcludesZero = Math.Abs(difference) > 0.05,
    };
}
