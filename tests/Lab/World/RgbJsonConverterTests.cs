using System.Text.Json;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.World;

public class RgbJsonConverterTests
{
    [Fact]
    public void A_colour_is_an_array_of_three_numbers_both_ways()
    {
        var colour = JsonSerializer.Deserialize<Rgb>("[26, 170.5, 160]");

        Assert.Equal(new Rgb(26, 170.5, 160), colour);
        Assert.Equal("[26,170.5,160]", JsonSerializer.Serialize(colour));
    }

    [Theory]
    [InlineData("[1, 2]")]
    [InlineData("[1, 2, 3, 4]")]
    [InlineData("[1, 2, 256]")]
    [InlineData("[-1, 2, 3]")]
    public void Anything_else_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Rgb>(json));
}
