using System.Text.Json;
using Diptych.Common.Weights;

namespace Diptych.Tests.Cli;

/// <summary>Every verb that reads a model, on a model of each family.</summary>
[Trait("Tier", "Recipe")]
public sealed class FamiliesTests
{
    public static TheoryData<string> Families => ["tiny-sd1", "tiny-sd2", "tiny-sdxl"];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_word_is_learned_and_drawn_with(string family)
    {
        using var scratch = new ScratchFolder();
        var model = Fixtures.Require("fixtures", "models", family);

        var trained = CliRun.Of([.. BadInputs.Train(scratch, model: model), "--max-train-steps", "2", "--resolution", "64", "--num-vectors", "2"]);
        var drawn = CliRun.Of([.. BadInputs.Generate(scratch, model, scratch["with"], "a photo of <d>"), "--height", "64", "--width", "64", "--embedding", scratch["out"]]);

        Assert.True(trained.Code == 0, trained.Error);
        Assert.True(drawn.Code == 0, drawn.Error);
        var second = scratch["out", "learned_embeds_2.safetensors"];
        Assert.Equal(family == "tiny-sdxl", File.Exists(second));
        if (family == "tiny-sdxl")
        {
            Assert.Contains(second, trained.Out, StringComparison.Ordinal);
            using var first = SafetensorsFile.Open(scratch["out", "learned_embeds.safetensors"]);
            using var other = SafetensorsFile.Open(second);
            Assert.Equal(first.Entries.Keys, other.Entries.Keys);
            Assert.Equal([2, 48], other.Entries.Values.Single().Shape);
            File.Delete(second);
            var halved = CliRun.Of([.. BadInputs.Generate(scratch, model, scratch["half"], "a photo of <d>"), "--embedding", scratch["out"]]);
            Assert.Equal(1, halved.Code);
            Assert.Contains("learned_embeds_2.safetensors", Assert.Single(halved.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_network_is_fine_tuned_with_its_text_encoders_and_the_export_draws(string family)
    {
        using var scratch = new ScratchFolder();
        var model = Fixtures.Require("fixtures", "models", family);

        var trained = CliRun.Of(
        [
            .. BadInputs.TrainDreamBooth(scratch, model), "--max-train-steps", "2", "--resolution", "64", "--snr-gamma", "5", "--offset-noise", "--train-text-encoder",
            "--with-prior-preservation", "--class-prompt", "a photo of dog", "--num-class-images", "1", "--class-steps", "1",
        ]);
        var drawn = CliRun.Of([.. BadInputs.Generate(scratch, scratch["out", "model"], scratch["after"]), "--height", "64", "--width", "64"]);

        Assert.True(trained.Code == 0, trained.Error);
        Assert.True(drawn.Code == 0, drawn.Error);
        var components = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "model_index.json"))).RootElement.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Array && p.Value[0].ValueKind == JsonValueKind.String && Directory.Exists(Path.Combine(model, p.Name)));
        Assert.All(components, c => Assert.Equal(
            Directory.GetFiles(Path.Combine(model, c.Name)).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.GetFiles(scratch["out", "model", c.Name]).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void XL_draws_other_pictures_for_other_sizes()
    {
        using var scratch = new ScratchFolder();
        var model = Fixtures.Require("fixtures", "models", "tiny-sdxl");
        byte[] Picture(string name, params string[] more)
        {
            var run = CliRun.Of([.. BadInputs.Generate(scratch, model, scratch[name]), "--height", "64", "--width", "64", .. more]);
            Assert.True(run.Code == 0, run.Error);
            return File.ReadAllBytes(scratch[name, "000.png"]);
        }

        var plain = Picture("plain");

        Assert.Equal(plain, Picture("stated", "--original-size", "64x64", "--crops-coords-top-left", "0x0", "--target-size", "64x64"));
        Assert.NotEqual(plain, Picture("cropped", "--crops-coords-top-left", "0x40"));
    }
}
