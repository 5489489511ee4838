using Diptych.Comparison.Families;

namespace Diptych.Tests.Comparison.Families;

public sealed class PromptFamiliesTests
{
    private static readonly SubjectWording DreamBooth = new("a photo of sks dog", "sks dog", "sks", "{0} sks dog");

    private static readonly SubjectWording TextualInversion = new("a photo of a <x>", "<x>", "<x>", "{0} <x>");

    private static readonly PromptContext First = new("beach", "on the beach", "red", true);

    private static readonly PromptContext Other = new("snow", "in the snow", "blue", false);

    [Theory]
    [InlineData("F1", "a photo of sks dog", "a photo of a <x>")]
    [InlineData("F2", "a photo of sks dog in the snow", "a photo of a <x> in the snow")]
    [InlineData("F3", "a sks dog walking in the snow", "a <x> walking in the snow")]
    [InlineData("F4", "sks dog", "<x>")]
    [InlineData("F5", "sks dog in the snow", "<x> in the snow")]
    [InlineData("F9", "a blue sks dog", "a blue <x>")]
    [InlineData("F11", "a photo of sks in the snow", "a photo of a <x> in the snow")]
    [InlineData("F12", "a dog in the snow", "a dog in the snow")]
    public void Each_family_says_the_same_sentence_for_every_arm(string id, string dreamBooth, string textualInversion)
    {
        var family = PromptFamilies.All.Single(f => f.Id == id);

        Assert.Equal(dreamBooth, family.Prompt(DreamBooth, Other, "dog"));
        Assert.Equal(textualInversion, family.Prompt(TextualInversion, Other, "dog"));
    }

    [Fact]
    public void Only_the_full_families_hold_the_whole_instance_prompt() =>
        Assert.Equal(["F1", "F2"], PromptFamilies.All.Where(f => f.Prompt(DreamBooth, Other, "dog").Contains(DreamBooth.Full, StringComparison.Ordinal)).Select(f => f.Id));

    [Fact]
    public void The_first_context_of_the_bare_families_names_no_scene()
    {
        Assert.Equal("a photo of sks", PromptFamilies.All.Single(f => f.Id == "F11").Prompt(DreamBooth, First, "dog"));
        Assert.Equal("a photo of a dog", PromptFamilies.All.Single(f => f.Id == "F12").Prompt(DreamBooth, First, "dog"));
    }

    [Fact]
    public void A_teapot_does_not_walk() =>
        Assert.Equal("a sks teapot in the snow", PromptFamilies.All.Single(f => f.Id == "F3").Prompt(DreamBooth with { Subject = "sks teapot" }, Other, "teapot"));

    [Fact]
    public void Recolouring_asks_for_colours_far_from_the_subjects_own()
    {
        var red = Diptych.Lab.World.Palette.Colours.Single(c => c.Key == "red").Value;

        Assert.DoesNotContain("red", Contexts.For(red).Select(c => c.Colour));
    }
}
