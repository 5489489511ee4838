using Diptych.Comparison.Families;

namespace Diptych.Tests.Comparison.Families;

public sealed class PromptFamiliesTests
{
    private static readonly SubjectWording DreamBooth = new("a photo of sks dog", "sks dog", "sks", "{0} sks dog", "zwx");

    private static readonly SubjectWording TextualInversion = new("a photo of a <x>", "<x>", "<x>", "{0} <x>");

    private static readonly PromptContext Snow = new("snow", "in the snow", "blue");

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

        Assert.Equal(dreamBooth, family.Prompt(DreamBooth, Snow, "dog"));
        Assert.Equal(textualInversion, family.Prompt(TextualInversion, Snow, "dog"));
    }

    [Fact]
    public void Only_the_full_families_hold_the_whole_instance_prompt() =>
        Assert.Equal(["F1", "F2"], PromptFamilies.All.Where(f => f.Prompt(DreamBooth, Snow, "dog").Contains(DreamBooth.Full, StringComparison.Ordinal)).Select(f => f.Id));

    [Fact]
    public void Only_a_word_that_stands_for_the_class_too_cannot_be_asked_for_the_identifier_alone_or_with_another()
    {
        Assert.All(PromptFamilies.All, family => Assert.True(family.IsFor(DreamBooth)));
        Assert.Equal(["F11", "F13"], PromptFamilies.All.Where(family => !family.IsFor(TextualInversion)).Select(family => family.Id));
        Assert.Equal(["F11", "F13"], PromptFamilies.All.Where(family => !family.IsFor(PromptFamilies.ClassWording("dog"))).Select(family => family.Id));
    }

    [Fact]
    public void The_control_puts_another_rare_word_where_the_identifier_was() =>
        Assert.Equal("a photo of zwx dog in the snow", PromptFamilies.All.Single(f => f.Id == "F13").Prompt(DreamBooth, Snow, "dog"));

    [Fact]
    public void A_teapot_does_not_walk() =>
        Assert.Equal("a sks teapot in the snow", PromptFamilies.All.Single(f => f.Id == "F3").Prompt(DreamBooth with { Subject = "sks teapot" }, Snow, "teapot"));

    [Fact]
    public void Recolouring_asks_for_colours_far_from_the_subjects_own()
    {
        var red = Diptych.Lab.World.Palette.Colours.Single(c => c.Key == "red").Value;

        Assert.DoesNotContain("red", Contexts.For(red).Select(c => c.Colour));
    }
}
