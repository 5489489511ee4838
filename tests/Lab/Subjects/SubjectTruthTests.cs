using Diptych.Common;
using Diptych.Lab.Judges;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.Subjects;

public sealed class SubjectTruthTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void A_subject_file_gives_every_attribute()
    {
        File.WriteAllText(_file, """{"cls":"cat","body":[1,2,3],"part":[4,5,6],"patch":[7,8,9],"pattern":"striped","accessory":"hat","acc_colour":null,"acc_rgb":[10,11,12],"p":[0,0,0],"tier":"unsayable"}""");

        Assert.Equal(
            new SubjectTruth { Class = "cat", Body = new(1, 2, 3), Part = new(4, 5, 6), Patch = new Rgb(7, 8, 9), Pattern = "striped", Accessory = "hat", AccessoryColour = new Rgb(10, 11, 12), Tier = "unsayable" },
            SubjectTruth.Read(_file));
    }

    [Theory]
    [InlineData("""{"cls":"cat","body":[1,2,3]}""", "part")]
    [InlineData("""{"cls":"cat","body":[1,2],"part":[1,2,3]}""", "not of the expected form")]
    [InlineData("""{"cls":"cat","body":[1,2,3],"part":[1,2,3],"accessory":"hat"}""", "acc_rgb")]
    [InlineData("null", "null")]
    [InlineData("{", "not of the expected form")]
    public void A_broken_subject_file_is_refused_in_one_line_that_names_it(string json, string reason)
    {
        File.WriteAllText(_file, json);

        var error = Assert.Throws<DiptychException>(() => SubjectTruth.Read(_file));

        Assert.Contains(_file, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Without_a_file_the_pictures_majority_and_median_speak()
    {
        static Readings.Seen Picture(string kind, double red, string accessory) =>
            new Readings.Seen((OracleHeads.Class, kind), (OracleHeads.Accessory, accessory), (OracleHeads.Pattern, "spotted"))
                .With(OracleHeads.BodyRgb, new Rgb(red, 50, 50)).With(OracleHeads.PartRgb, new Rgb(0, red, 0)).With(OracleHeads.AccessoryRgb, new Rgb(0, 0, red));

        var truth = SubjectTruth.ReadFrom(Readings.Of(
            Picture("dog", 10, "hat"),
            Picture("dog", 30, "hat").With(OracleHeads.PatchRgb, new Rgb(90, 90, 90)),
            Picture("cat", 200, "scarf").With(OracleHeads.PatchRgb, new Rgb(110, 90, 90)),
            Picture("dog", 20, "hat").With(OracleHeads.PatchRgb, new Rgb(100, 90, 90))));

        Assert.Equal(("dog", "hat", "spotted"), (truth.Class, truth.Accessory, truth.Pattern));
        Assert.InRange(truth.Body.DistanceTo(new Rgb(25, 50, 50)), 0, 1e-3);
        Assert.InRange(truth.Part.DistanceTo(new Rgb(0, 25, 0)), 0, 1e-3);
        Assert.InRange(truth.AccessoryColour!.Value.DistanceTo(new Rgb(0, 0, 20)), 0, 1e-3);
        Assert.InRange(truth.Patch!.Value.DistanceTo(new Rgb(100, 90, 90)), 0, 1e-3);
    }

    [Fact]
    public void Half_of_the_pictures_do_not_make_a_patch_and_no_accessory_has_no_colour()
    {
        var plain = new Readings.Seen((OracleHeads.Class, "dog"));
        var truth = SubjectTruth.ReadFrom(Readings.Of(plain, plain.With(OracleHeads.PatchRgb, new Rgb(1, 2, 3))));

        Assert.Null(truth.Patch);
        Assert.Null(truth.AccessoryColour);
        Assert.Equal(LabWords.None, truth.Accessory);
    }

    public void Dispose() => File.Delete(_file);
}
