using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.Subjects;

public class SubjectFidelityTests
{
    private static readonly Rgb Body = new(100, 100, 100);
    private static readonly Rgb Part = new(200, 40, 40);
    private static readonly Rgb Hat = new(20, 220, 20);
    private static readonly Rgb Saddle = new(10, 10, 240);

    private static readonly SubjectTruth Dressed = new() { Class = "dog", Body = Body, Part = Part, Patch = Saddle, Pattern = "striped", Accessory = "hat", AccessoryColour = Hat };
    private static readonly SubjectTruth Plain = new() { Class = "dog", Body = Body, Part = Part };

    private static Readings.Seen Perfect =>
        new Readings.Seen((OracleHeads.Class, "dog"), (OracleHeads.Pattern, "striped"), (OracleHeads.Accessory, "hat"))
            .With(OracleHeads.BodyRgb, Body).With(OracleHeads.PartRgb, Part).With(OracleHeads.AccessoryRgb, Hat).With(OracleHeads.PatchRgb, Saddle);

    [Fact]
    public void A_picture_that_shows_everything_scores_one_over_six_attributes()
    {
        var score = Assert.Single(SubjectFidelity.Score(Readings.Of(Perfect), Dressed));

        Assert.Equal(["class", "body", "part", "accessory", "patch", "pattern"], score.Attributes.Keys);
        Assert.Equal(1, score.Fidelity);
    }

    [Fact]
    public void A_colour_is_read_back_below_a_distance_of_60()
    {
        Assert.True(ScoreOf(Perfect.With(OracleHeads.BodyRgb, new Rgb(100, 100, 159.5)))["body"]);
        Assert.False(ScoreOf(Perfect.With(OracleHeads.BodyRgb, new Rgb(100, 100, 160.5)))["body"]);
        Assert.False(ScoreOf(Perfect.With(OracleHeads.PartRgb, Body))["part"]);
    }

    [Fact]
    public void An_accessory_counts_with_its_kind_and_its_colour()
    {
        Assert.False(ScoreOf(Perfect.With(OracleHeads.AccessoryRgb, Part))["accessory"]);
        Assert.False(ScoreOf(Perfect with { Values = new(Perfect.Values) { [OracleHeads.Accessory] = "scarf" } })["accessory"]);
    }

    [Fact]
    public void A_patch_counts_with_its_presence_and_its_colour()
    {
        var without = Perfect with { Colours = Perfect.Colours.Where(colour => colour.Key != OracleHeads.PatchRgb).ToDictionary() };

        Assert.False(ScoreOf(without)["patch"]);
        Assert.False(ScoreOf(Perfect.With(OracleHeads.PatchRgb, Part))["patch"]);
    }

    [Fact]
    public void What_the_subject_does_not_have_must_not_be_seen_and_its_colour_does_not_matter()
    {
        var bare = new Readings.Seen((OracleHeads.Class, "dog"), (OracleHeads.Pattern, "spotted")).With(OracleHeads.BodyRgb, Body).With(OracleHeads.PartRgb, Part);
        var scores = SubjectFidelity.Score(Readings.Of(bare, bare.With(OracleHeads.PatchRgb, Saddle)), Plain);

        Assert.Equal(["class", "body", "part", "accessory", "patch"], scores[0].Attributes.Keys);
        Assert.Equal((1, 0.8), (scores[0].Fidelity, scores[1].Fidelity));
        Assert.False(scores[1].Attributes["patch"]);
    }

    private static IReadOnlyDictionary<string, bool> ScoreOf(Readings.Seen picture) => SubjectFidelity.Score(Readings.Of(picture), Dressed)[0].Attributes;
}
