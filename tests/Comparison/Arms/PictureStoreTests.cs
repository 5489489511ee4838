using Diptych.Comparison.Arms;

namespace Diptych.Tests.Comparison.Arms;

public sealed class PictureStoreTests
{
    [Fact]
    public void Files_are_readable_and_unlike_for_unlike_prompts_and_units()
    {
        var files = new[]
        {
            PictureStore.FileOf("db", "a sks dog on the beach", 3),
            PictureStore.FileOf("db", "a sks, dog on the beach", 3),
            PictureStore.FileOf("db", "a sks dog on the beach", 4),
            PictureStore.FileOf("ti", "a sks dog on the beach", 3),
        };

        Assert.Equal(files.Length, files.Distinct().Count());
        Assert.StartsWith("images/db/a-sks-dog-on-the-beach-", files[0], StringComparison.Ordinal);
        Assert.EndsWith("-03.png", files[0], StringComparison.Ordinal);
    }
}
