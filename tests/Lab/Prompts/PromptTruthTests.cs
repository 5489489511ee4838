using Diptych.Lab.Judges;
using Diptych.Lab.Prompts;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.Prompts;

public class PromptTruthTests
{
    [Theory]
    [InlineData("a photo of sks dog", "cls=dog style=photo")]
    [InlineData("a sks dog walking on the beach", "cls=dog scene=beach")]
    [InlineData("a S* walking on the beach", "scene=beach")]
    [InlineData("sks dog", "cls=dog")]
    [InlineData("a poster of a sks dog", "cls=dog style=poster")]
    [InlineData("A Pencil Sketch of the dog in the city at night.", "cls=dog scene=city style=sketch")]
    [InlineData("a rendition of a <my-dog>", "style=photo")]
    [InlineData("a red sks dog", "cls=dog colour=red")]
    [InlineData("a sks red dog", "cls=dog colour=red")]
    [InlineData("a red <toy>", "colour=red")]
    [InlineData("a picture of a red <toy> in the snow", "colour=red scene=snow")]
    [InlineData("a dog on a red carpet", "cls=dog")]
    [InlineData("a <toy> on a red carpet", "")]
    [InlineData("a dog with a yellow hat", "acc_colour=yellow accessory=hat cls=dog")]
    [InlineData("a green striped dog wearing a scarf in a meadow", "accessory=scarf cls=dog colour=green pattern=striped scene=meadow")]
    [InlineData("a dog without a hat", "cls=dog")]
    [InlineData("on the beach at sunset there is a sks dog", "cls=dog scene=beach")]
    [InlineData("a dog on the left on the moon", "cls=dog layout=left scene=moon")]
    [InlineData("the left dog", "cls=dog")]
    [InlineData("a close-up photo of a dog", "cls=dog layout=close style=photo")]
    [InlineData("a close up photo of a dog", "cls=dog layout=close style=photo")]
    [InlineData("a dark small photo of my dog", "cls=dog layout=small light=dark style=photo")]
    [InlineData("city night a photo of a blue robot", "cls=robot colour=blue scene=city style=photo")]
    [InlineData("a dog in front of a house", "cls=dog")]
    [InlineData("a dog on a white beach", "cls=dog scene=beach")]
    [InlineData("", "")]
    [InlineData("sks", "")]
    [InlineData("a painting of a sks", "")]
    public void Words_of_the_vocabulary_become_demands(string prompt, string expected)
    {
        var truth = PromptTruth.Parse(prompt);

        Assert.Equal(expected, string.Join(' ', truth.Demands.OrderBy(demand => demand.Key, StringComparer.Ordinal).Select(demand => $"{demand.Key}={demand.Value}")));
        Assert.Equal(expected.Length == 0, truth.IsEmpty);
    }

    [Theory]
    [InlineData("seen")]
    [InlineData("unseen")]
    public void Every_caption_of_the_laboratory_demands_its_truth_and_nothing_else(string set)
    {
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(LabFiles.Model.Captions(set)));
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            var attributes = entry.GetProperty("attributes");
            var expected = new Dictionary<string, string>();
            foreach (var (head, unsaid) in new[]
            {
                (OracleHeads.Class, ""), (OracleHeads.Colour, ""), (OracleHeads.Scene, ""), (OracleHeads.Style, ""), (OracleHeads.Layout, "centre"), (OracleHeads.Light, "normal"),
                (OracleHeads.Pattern, LabWords.None), (OracleHeads.Accessory, LabWords.None), (OracleHeads.AccessoryColour, LabWords.None),
            })
            {
                if (attributes.GetProperty(head).GetString() is { } value && value != unsaid)
                {
                    expected[head] = value;
                }
            }

            var caption = entry.GetProperty("caption").GetString()!;
            var demands = PromptTruth.Parse(caption).Demands;
            Assert.True(expected.OrderBy(d => d.Key).SequenceEqual(demands.OrderBy(d => d.Key)), caption + " -> " + string.Join(", ", demands));
        }
    }
}
