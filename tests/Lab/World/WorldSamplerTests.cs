using Diptych.Common.Runtime;
using Diptych.Common.Text;
using Diptych.Lab.Pretraining;
using Diptych.Lab.Prompts;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.World;

public sealed class WorldSamplerTests
{
    [Fact]
    public void Training_pictures_never_show_a_held_out_combination_and_held_out_ones_always_do()
    {
        foreach (var picture in Many(WorldSampler.Training, 3000).Where(p => p.Colour is not null))
        {
            Assert.False(HeldOut.Contains(picture.Class, picture.Colour!, picture.Scene));
        }

        Assert.All(Many(r => WorldSampler.Sayable(r, heldOut: true), 200), p => Assert.True(HeldOut.Contains(p.Class, p.Colour!, p.Scene)));
    }

    [Fact]
    public void About_one_combination_in_ten_is_held_out()
    {
        var all = from noun in LabWords.Classes from colour in Palette.Names from scene in LabWords.ScenePhrases.Keys select HeldOut.Contains(noun, colour, scene);
        Assert.InRange(all.Count(held => held) / (double)all.Count(), .07, .13);
    }

    [Fact]
    public void Named_individuals_always_look_the_same()
    {
        var named = Many(WorldSampler.Training, 4000).Where(p => p.Name is not null && p.Name != Individuals.Loaded.Name).ToList();
        Assert.InRange(named.Count / 4000.0, .19, .25);
        foreach (var individual in named.GroupBy(p => p.Name))
        {
            Assert.Single(individual.Select(p => (p.Class, p.Body, p.Part, p.Patch, p.Accessory, p.AccessoryPaint)).Distinct());
        }

        Assert.Equal(64, Individuals.All.Select(i => i.Name).Distinct().Count());
    }

    [Fact]
    public void The_loaded_word_dresses_every_class()
    {
        var loaded = Many(WorldSampler.Training, 6000).Where(p => p.Name == Individuals.Loaded.Name).ToList();
        Assert.True(loaded.Select(p => p.Class).Distinct().Count() == LabWords.Classes.Count && loaded.Select(p => p.Body).Distinct().Count() == 1);
    }

    [Fact]
    public void Off_palette_colours_are_far_from_every_named_one()
    {
        Assert.All(Many(OffPaletteOf, 500), colour => Assert.All(Palette.Colours, named => Assert.True(named.Value.DistanceTo(colour) > 70)));
        static Rgb OffPaletteOf(RandomStream random) => OffPalette.Draw(random);
    }

    [Fact]
    public void A_full_caption_says_what_its_picture_shows_and_fits_the_context()
    {
        using var folder = new Cli.ScratchFolder();
        TokenizerBuilder.Write(WorldVocabulary.All, LabShapes.ContextLength, folder.Root);
        var tokenizer = ClipTokenizer.Load(folder.Root);
        foreach (var (index, picture) in Many(r => WorldSampler.Sayable(r, heldOut: false), 400).Index())
        {
            var caption = CaptionWriter.Full(picture, new RandomStream(0, RandomPurpose.Captions, index));
            Assert.True(tokenizer.Encode(caption).Count <= LabShapes.ContextLength, caption);
            var demands = PromptTruth.Parse(caption).Demands;
            Assert.Equal((picture.Class, picture.Colour, picture.Scene), (demands["cls"], demands["colour"], demands["scene"]));
            Assert.Equal(picture.Pattern, demands.GetValueOrDefault("pattern", "none"));
            Assert.Equal(picture.Accessory, demands.GetValueOrDefault("accessory", "none"));
            Assert.Equal(picture.AccessoryColour, demands.GetValueOrDefault("acc_colour"));
            Assert.Equal(picture.Style, demands["style"]);
            Assert.Equal(picture.Light, demands.GetValueOrDefault("light", "normal"));
            Assert.Equal(picture.Layout, demands.GetValueOrDefault("layout", "centre"));
        }
    }

    [Fact]
    public void Training_captions_leave_words_out_and_every_word_is_one_token()
    {
        using var folder = new Cli.ScratchFolder();
        TokenizerBuilder.Write(WorldVocabulary.All, LabShapes.ContextLength, folder.Root);
        var tokenizer = ClipTokenizer.Load(folder.Root);
        Assert.All(WorldVocabulary.All, word => Assert.Single(tokenizer.Pieces(word)));
        var pictures = Many(WorldSampler.Training, 12000);
        var captions = pictures.Select((p, i) => CaptionWriter.Draw(p, new RandomStream(3, RandomPurpose.Captions, i))).ToList();
        double Share(Func<int, bool> counted, Func<int, bool> said) => Enumerable.Range(0, 12000).Where(counted).Average(i => said(i) ? 1.0 : 0.0);
        bool Says(int i, string word) => captions[i].Split(' ').Contains(word);
        Assert.InRange(Share(i => pictures[i].Name is null, i => Says(i, pictures[i].Class)), .92, .96);
        Assert.InRange(Share(i => pictures[i].Name is not null, i => Says(i, pictures[i].Name!)), .87, .93);
        Assert.InRange(Share(i => pictures[i].Name is null, i => WorldVocabulary.Reserved.Any(word => Says(i, word))), .03, .05);
        Assert.All(captions, caption => Assert.True(tokenizer.Encode(caption).Count <= LabShapes.ContextLength, caption));
    }

    [Fact]
    public void A_captions_picture_shows_what_it_says()
    {
        var picture = CaptionScene.Draw("a dark poster of a red spotted cat with a blue scarf on the left in the snow", new RandomStream(0, RandomPurpose.World));
        Assert.Equal(("cat", "red", "spotted", "scarf", "blue", "left", "snow", "dark", "poster"),
            (picture.Class, picture.Colour, picture.Pattern, picture.Accessory, picture.AccessoryColour, picture.Layout, picture.Scene, picture.Light, picture.Style));
        var known = Individuals.All[5];
        Assert.Equal((known.Class, known.Body), (CaptionScene.Draw($"a photo of {known.Name}", new RandomStream(0, RandomPurpose.World)) is var p ? p.Class : "", p.Body!.Value));
    }

    private static List<T> Many<T>(Func<RandomStream, T> draw, int count) => [.. Enumerable.Range(0, count).Select(i => draw(new RandomStream(5, RandomPurpose.World, 0, i)))];
}
