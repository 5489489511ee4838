using System.Text.Json;

namespace Diptych.Tests.Cli;

public sealed class TrainDreamBoothTests
{
    [Fact]
    public void A_network_is_fine_tuned_exported_and_drawn_with()
    {
        using var scratch = new ScratchFolder();

        string[] command =
        [
            .. BadInputs.TrainDreamBooth(scratch), "--max_train_steps", "2", "--learning_rate", "1e-2", "--with_prior_preservation",
            "--class_prompt", "a photo of dog", "--num_class_images", "2", "--class-steps", "2",
        ];

        var trained = CliRun.Of(command);
        var model = scratch["out", "model"];
        var drawn = CliRun.Of([.. BadInputs.Generate(scratch, model, scratch["after"]), "--json", scratch["after.json"]]);
        var before = CliRun.Of([.. BadInputs.Generate(scratch, LabCopy.Model, scratch["before"]), "--json", scratch["before.json"]]);

        Assert.True(trained.Code == 0, trained.Error);
        Assert.StartsWith(model + "\n", trained.Out, StringComparison.Ordinal);
        Assert.Contains("drawing class images: 100 % (2/2)", trained.Error, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(scratch["out", "class-images"], "*.png").Length);
        Assert.True(drawn.Code == 0, drawn.Error);
        Assert.Equal(0, before.Code);
        Assert.NotEqual(ModelHash(scratch["before.json"]), ModelHash(scratch["after.json"]));
        Assert.NotEqual(File.ReadAllBytes(scratch["before", "000.png"]), File.ReadAllBytes(scratch["after", "000.png"]));
        Assert.Contains("complete", CliRun.Of([.. command, "--resume"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void In_parity_the_default_is_one_epoch()
    {
        using var scratch = new ScratchFolder();
        var photos = Directory.GetFiles(LabCopy.Photos, "*.png").Count(f => !f.EndsWith(".mask.png", StringComparison.Ordinal));

        var run = CliRun.Of([.. BadInputs.TrainDreamBooth(scratch), "--parity", "--resolution", "128", "--gradient-accumulation-steps", "2"]);

        Assert.True(run.Code == 0, run.Error);
        var options = JsonDocument.Parse(File.ReadAllText(scratch["out", "run.json"])).RootElement.GetProperty("options");
        Assert.Equal($"{(photos + 1) / 2}", options.GetProperty("max-train-steps").GetString());
        Assert.Equal("5E-06", options.GetProperty("learning-rate").GetString());
    }

    [Fact]
    public void The_export_says_the_prediction_type_the_network_was_trained_with()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of([.. BadInputs.TrainDreamBooth(scratch), "--max-train-steps", "1", "--prediction-type", "sample"]);

        Assert.True(run.Code == 0, run.Error);
        var scheduler = JsonDocument.Parse(File.ReadAllText(scratch["out", "model", "scheduler", "scheduler_config.json"])).RootElement;
        Assert.Equal("sample", scheduler.GetProperty("prediction_type").GetString());
    }

    [Fact]
    public void In_parity_weights_that_do_not_fit_the_batch_are_refused_before_class_images_are_drawn()
    {
        using var scratch = new ScratchFolder();
        // The only 1 of the command is its batch size.
        var command = BadInputs.TrainDreamBooth(scratch).Select(word => word == "1" ? "2" : word);

        var run = CliRun.Of([.. command, "--parity", "--snr-gamma", "5", "--with-prior-preservation", "--class-prompt", "a photo of dog"]);

        Assert.Equal(2, run.Code);
        Assert.Contains("--train-batch-size 1", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [Fact]
    public void A_value_out_of_range_is_told_by_its_own_name()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of([.. BadInputs.TrainDreamBooth(scratch), "--class-steps", "0"]);

        Assert.Equal(2, run.Code);
        Assert.Contains("--class-steps 0", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_learning_rate_is_the_references()
    {
        var help = string.Join(' ', CliRun.Of("train", "db", "--help").Out.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains("Peak learning rate. Default 5E-06.", help, StringComparison.Ordinal);
    }

    private static string? ModelHash(string json) => JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("model_hash").GetString();
}
