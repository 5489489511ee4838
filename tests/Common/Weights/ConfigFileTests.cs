using Diptych.Common;
using Diptych.Common.Weights;

namespace Diptych.Tests.Common.Weights;

public sealed class ConfigFileTests
{
    [Fact]
    public void Values_come_back_and_null_counts_as_absent()
    {
        var config = ConfigFile.Parse("config.json", """{"n":3,"eps":1e-5,"on":true,"act":"silu","heads":[3,5],"none":null}""");

        Assert.Equal(3, config.Int("n"));
        Assert.Equal(1e-5, config.Number("eps"));
        Assert.True(config.Flag("on"));
        Assert.Equal("silu", config.Text("act"));
        Assert.Equal([3, 5], config.Ints("heads"));
        Assert.False(config.Has("none"));
        Assert.Equal(8, config.Int("none", 8));
    }

    [Theory]
    [InlineData("n", "lacks \"n\"")]
    [InlineData("act", "\"act\" should be a whole number")]
    public void Errors_name_file_and_key(string key, string expected)
    {
        var config = ConfigFile.Parse("unet/config.json", """{"act":"silu"}""");

        var error = Assert.Throws<DiptychException>(() => config.Int(key));

        Assert.StartsWith("unet/config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_json_is_named() =>
        Assert.Contains("no valid JSON", Assert.Throws<DiptychException>(() => ConfigFile.Parse("x.json", "{")).Message, StringComparison.Ordinal);
}
