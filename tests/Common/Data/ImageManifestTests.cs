using Diptych.Common;
using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

public sealed class ImageManifestTests : IDisposable
{
    private static readonly ImageRecipe Recipe = new("a photo of a dog", "", "ab12", 7, "ddim", 25, 7.5, 512, 512);
    private readonly TemporaryFolder _folder = new();

    public ImageManifestTests()
    {
        _folder.Write("0.png", [1, 2, 3]);
        _folder.Write("1.png", [4, 5]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_manifest_comes_back_as_it_was_written()
    {
        var written = ImageManifest.Of(_folder.Root, Recipe, ["0.png", "1.png"]);
        written.Write(_folder.Root);
        var read = ImageManifest.Read(_folder.Root)!;
        Assert.Equal(written.Recipe, read.Recipe);
        Assert.Equal(written.Files, read.Files);
        Assert.Equal("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", read.Files[0].Sha256);
        Assert.Null(read.Matches(Recipe, _folder.Root));
    }

    [Fact]
    public void Every_difference_is_named()
    {
        var manifest = ImageManifest.Of(_folder.Root, Recipe, ["0.png", "1.png"]);
        (ImageRecipe Wanted, string Says)[] cases =
        [
            (Recipe with { Prompt = "a photo of a cat" }, "prompt \"a photo of a dog\", not \"a photo of a cat\""),
            (Recipe with { NegativePrompt = "blurry" }, "negative prompt"), (Recipe with { ModelHash = "cd34" }, "model"),
            (Recipe with { Seed = 8 }, "seed \"7\", not \"8\""), (Recipe with { Sampler = "pndm" }, "sampler"), (Recipe with { Steps = 26 }, "steps"),
            (Recipe with { GuidanceScale = 7 }, "guidance scale \"7.5\", not \"7\""), (Recipe with { Width = 64 }, "width"), (Recipe with { Height = 64 }, "height"),
        ];
        Assert.All(cases, c => Assert.Contains(c.Says, manifest.Matches(c.Wanted, _folder.Root), StringComparison.Ordinal));
    }

    [Fact]
    public void Changed_and_missing_pictures_are_named()
    {
        var manifest = ImageManifest.Of(_folder.Root, Recipe, ["0.png", "1.png"]);
        _folder.Write("1.png", [4, 6]);
        Assert.Equal("1.png was changed after it was made", manifest.Matches(Recipe, _folder.Root));
        File.Delete(Path.Combine(_folder.Root, "0.png"));
        Assert.Equal("0.png is missing", manifest.Matches(Recipe, _folder.Root));
    }

    [Fact]
    public void A_folder_without_a_manifest_has_none() => Assert.Null(ImageManifest.Read(_folder.Root));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"recipe\":")]
    [InlineData("{\"files\":[]}")]
    [InlineData("{\"recipe\":{\"prompt\":null},\"files\":[]}")]
    public void A_damaged_manifest_is_named(string content)
    {
        File.WriteAllText(Path.Combine(_folder.Root, ImageManifest.FileName), content);
        var error = Assert.Throws<DiptychException>(() => ImageManifest.Read(_folder.Root));
        Assert.Contains(ImageManifest.FileName, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
