using Diptych.Lab.World;

namespace Diptych.Tests.Lab.World;

public class PaletteTests
{
    [Fact]
    public void Every_colour_is_nearest_to_itself_even_when_jittered()
    {
        Assert.All(Palette.Colours, colour =>
        {
            Assert.Equal(colour.Key, Palette.Nearest(colour.Value));
            Assert.Equal(colour.Key, Palette.Nearest(new Rgb(colour.Value.Red - 8, colour.Value.Green - 8, colour.Value.Blue - 8)));
        });
    }

    [Fact]
    public void Distance_is_euclidean_over_the_three_channels() =>
        Assert.Equal(Math.Sqrt(9 + 16 + 144), new Rgb(10, 20, 30).DistanceTo(new Rgb(13, 24, 42)), 12);

    [Fact]
    public void The_palette_is_the_one_the_captions_truth_was_painted_with()
    {
        var captions = File.ReadAllText(LabFiles.Model.Captions("seen"));
        using var document = System.Text.Json.JsonDocument.Parse(captions);
        foreach (var attributes in document.RootElement.EnumerateArray().Select(entry => entry.GetProperty("attributes")))
        {
            var body = System.Text.Json.JsonSerializer.Deserialize<Rgb>(attributes.GetProperty("body"));
            var colour = Palette.Colours.Single(named => named.Key == attributes.GetProperty("colour").GetString());
            Assert.InRange(body.DistanceTo(colour.Value), 0, 8 * Math.Sqrt(3));
            Assert.Equal(colour.Key, Palette.Nearest(body));
        }
    }
}
