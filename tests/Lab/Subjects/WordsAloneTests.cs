using Diptych.Lab.Prompts;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.Subjects;

public class WordsAloneTests
{
    private static readonly SubjectTruth Green = new() { Class = "dog", Body = new(60, 150, 80), Part = new(0, 0, 0) };

    [Fact]
    public void A_plain_subject_is_its_nearest_colour_and_class() => Assert.Equal("green dog", WordsAlone.Describe(Green));

    [Fact]
    public void Pattern_and_accessory_stand_where_captions_put_them() =>
        Assert.Equal("green striped dog with a yellow hat", WordsAlone.Describe(Green with { Pattern = "striped", Accessory = "hat", AccessoryColour = new Rgb(250, 200, 40) }));

    [Fact]
    public void An_accessory_in_the_bodys_own_colour_goes_without_a_colour_word() =>
        Assert.Equal("green dog with a scarf", WordsAlone.Describe(Green with { Accessory = "scarf", AccessoryColour = new Rgb(56, 158, 72) }));

    [Fact]
    public void The_sayable_subjects_are_said_in_full()
    {
        Assert.Equal("purple striped cat with a yellow hat", Describe("sayable-cat"));
        Assert.Equal("green spotted car", Describe("sayable-car"));
    }

    [Fact]
    public void Phrases_of_the_same_attributes_stand_in_the_captions_word_for_word()
    {
        foreach (var set in new[] { "seen", "unseen" })
        {
            using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(LabFiles.Model.Captions(set)));
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                var truth = System.Text.Json.JsonSerializer.Deserialize<SubjectTruth>(entry.GetProperty("attributes"))!;
                Assert.Contains(" " + WordsAlone.Describe(truth) + " ", entry.GetProperty("caption").GetString() + " ", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_word_of_a_description_is_a_demand_again()
    {
        var demands = PromptTruth.Parse("a photo of a " + WordsAlone.Describe(Green with { Pattern = "spotted", Accessory = "hat", AccessoryColour = new Rgb(240, 130, 180) })).Demands;

        Assert.Equal(["dog", "green", "hat", "photo", "pink", "spotted"], demands.Values.Order());
    }

    private static string Describe(string subject) => WordsAlone.Describe(SubjectTruth.Read(Path.Combine(LabFiles.Model.Subject(subject), "subject.json")));
}
