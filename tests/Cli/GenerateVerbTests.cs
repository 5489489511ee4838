using System.Text.Json;
using Diptych.Common.Data;
using Diptych.Common.Weights;
using Diptych.Tests.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Tests.Cli;

[Trait("Tier", "Recipe")]
public sealed class GenerateVerbTests
{
    private static string Photo => Directory.GetFiles(LabCopy.Photos).Order(StringComparer.Ordinal).First();

    [Fact]
    public void Everything_that_changes_how_a_picture_is_drawn_can_be_asked_for_at_once()
    {
        using var scratch = new ScratchFolder();

        var run = Draw(
            scratch, @"a \(nice\) photo of a (red:1.2) dog " + string.Join(' ', Enumerable.Repeat("dog", 90)), "--prompt-weights", "--long-prompts", "--clip-skip", "1", "--negative-prompt", "[car]",
            "--sampler", "dpm++2m", "--timestep-spacing", "trailing", "--karras", "--prediction-type", "v-prediction", "--rescale-betas-zero-snr", "no", "--guidance-rescale", "0.7",
            "--height", "136", "--width", "104", "--vae-tiling", "--vae-slicing");

        Assert.True(run.Code == 0, run.Error);
        Assert.DoesNotContain("dropped", run.Error, StringComparison.Ordinal);
        var picture = Diptych.Common.Data.Photo.Load(Path.Combine(scratch["out"], "000.png")).Image;
        Assert.Equal((136, 104), (picture.Height, picture.Width));
        using var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch["out"], "generation.json")));
        var options = record.RootElement.GetProperty("options");
        Assert.Equal("yes", options.GetProperty("karras").GetString());
        Assert.Equal("no", options.GetProperty("rescale-betas-zero-snr").GetString());
        Assert.Equal("trailing", options.GetProperty("timestep-spacing").GetString());
        var (ids, chunk) = (record.RootElement.GetProperty("token_ids").GetArrayLength(), TokenizerCases.Lab().MaxLength);
        Assert.Equal((0, true), (ids % chunk, ids > chunk));
        Assert.Contains("(nice)", string.Concat(record.RootElement.GetProperty("tokens").EnumerateArray().Select(t => t.GetString())).Replace("</w>", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_to_start_from_gives_its_proportions()
    {
        using var scratch = new ScratchFolder();
        PictureFile.WritePng(scratch["wide.png"], Resampler.Resize(Diptych.Common.Data.Photo.Load(Photo).Image, 300, 200, Resampling.Lanczos));

        var run = Draw(scratch, "a photo of a dog", "--init-image", scratch["wide.png"], "--strength", "0");

        Assert.True(run.Code == 0, run.Error);
        var drawn = Diptych.Common.Data.Photo.Load(Path.Combine(scratch["out"], "000.png")).Image;
        Assert.Equal((128, 192), (drawn.Height, drawn.Width));
    }

    [Fact]
    public void A_prompt_that_is_cut_is_said_to_be_and_how_to_have_it_read()
    {
        using var scratch = new ScratchFolder();

        var run = Draw(scratch, string.Join(' ', Enumerable.Repeat("dog", 90)));

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains(run.ErrorLines, line => line.Contains("92 tokens", StringComparison.Ordinal) && line.Contains("--long-prompts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a photo of a dog", "a car", false)]
    [InlineData("a photo of a My-Rex", "a car", true)]
    [InlineData("a photo of a dog", "my-rex", true)]
    public void The_word_of_an_embedding_is_told_and_where_no_prompt_contains_it_that_as_well(string prompt, string negative, bool named)
    {
        using var scratch = new ScratchFolder();
        const int width = 160;
        using (var rows = ones(2, width))
        {
            SafetensorsWriter.Write(scratch["my-rex.safetensors"], [KeyValuePair.Create("emb_params", rows)]);
        }

        var run = Draw(scratch, prompt, "--negative-prompt", negative, "--embedding", scratch["my-rex.safetensors"]);

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("loaded my-rex, 2 vectors", run.ErrorLines);
        Assert.Equal(named ? 0 : 1, run.ErrorLines.Count(line => line.Contains("no prompt contains my-rex", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_model_whose_sampler_is_not_built_here_says_what_samples_in_its_place()
    {
        using var scratch = new ScratchFolder();
        var model = LabCopy.Of(scratch, copy => LabCopy.Replace(
            copy, "scheduler/scheduler_config.json", b => System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(b).Replace("DDIMScheduler", "DEISMultistepScheduler", StringComparison.Ordinal))));

        var told = CliRun.Of(BadInputs.Generate(scratch, model));
        var chosen = CliRun.Of([.. BadInputs.Generate(scratch, model), "--sampler", "ddim"]);

        Assert.Contains(told.ErrorLines, line => line.Contains("DEISMultistepScheduler", StringComparison.Ordinal) && line.Contains("dpm++2m", StringComparison.Ordinal));
        Assert.DoesNotContain("DEIS", chosen.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_has_headings_and_names_every_option()
    {
        var help = CliRun.Of("generate", "--help").Out;

        foreach (var heading in (string[])["Model:", "Prompt:", "Sampling:", "Size and starting picture:", "Memory and speed:", "Output:"])
        {
            Assert.Contains($"\n{heading}\n  --", help, StringComparison.Ordinal);
        }

        foreach (var option in (string[])["--prompt-weights", "--long-prompts", "--clip-skip", "--sampler", "--timestep-spacing", "--prediction-type", "--rescale-betas-zero-snr", "--karras", "--eta", "--guidance-rescale", "--init-image", "--strength", "--vae-slicing", "--vae-tiling"])
        {
            Assert.Contains($"\n  {option} ", help, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("\nOptions:", help, StringComparison.Ordinal);
        Assert.Contains("\nOptions:", CliRun.Of("report", "--help").Out, StringComparison.Ordinal);
    }

    private static CliRun Draw(ScratchFolder scratch, string prompt, params string[] more) =>
        CliRun.Of([.. BadInputs.Generate(scratch, LabCopy.Model, prompt: prompt), .. more]);
}
