using System.Diagnostics;
using System.Text.Json;

namespace Diptych.Tests.Cli;

public sealed class TrainTextualInversionTests
{
    [Fact]
    public void A_word_is_learned_recorded_and_drawn_with()
    {
        using var scratch = new ScratchFolder();

        var trained = CliRun.Of([.. BadInputs.Train(scratch), "--max_train_steps=2", "--num_vectors", "2"]);
        var drawn = CliRun.Of("generate", "--embedding", scratch["out"], "--prompt", "a photo of a <d>", "--steps", "2", "--seed", "5", "--num-images", "2", "--output-dir", scratch["pictures"], "--json", scratch["p.json"]);

        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("options: ", trained.Error, StringComparison.Ordinal);
        Assert.Contains("max-train-steps=2", trained.Error, StringComparison.Ordinal);
        Assert.StartsWith(scratch["out", "learned_embeds.safetensors"], trained.Out, StringComparison.Ordinal);
        var record = JsonDocument.Parse(File.ReadAllText(scratch["out", "run.json"])).RootElement;
        Assert.Equal("2", record.GetProperty("options").GetProperty("num-vectors").GetString());
        Assert.Equal(2, record.GetProperty("result").GetProperty("steps").GetInt32());
        Assert.Equal(64, record.GetProperty("hashes").GetProperty("photos").GetString()!.Length);
        Assert.StartsWith("diptych train ti ", record.GetProperty("command_line").GetString(), StringComparison.Ordinal);

        Assert.True(drawn.Code == 0, drawn.Error);
        Assert.Equal([scratch["pictures", "000.png"], scratch["pictures", "001.png"]], drawn.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(drawn.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), f => Assert.True(File.Exists(f)));
        var json = JsonDocument.Parse(File.ReadAllText(scratch["p.json"])).RootElement;
        var ids = json.GetProperty("token_ids").EnumerateArray().Select(e => e.GetInt64()).ToArray();
        Assert.Equal(2, ids.Count(id => id > 878)); // the embedded vocabulary ends at 878: the word's two rows follow it
        Assert.Equal(5, json.GetProperty("seed").GetInt64());
        Assert.Equal(File.ReadAllText(scratch["p.json"]), File.ReadAllText(scratch["pictures", "generation.json"]));
    }

    [Fact]
    public void A_run_is_kept_from_being_overwritten_and_one_that_is_complete_is_left_alone()
    {
        using var scratch = new ScratchFolder();
        string[] command = [.. BadInputs.Train(scratch), "--max-train-steps", "2", "--checkpointing-steps", "1"];
        Assert.Equal(0, CliRun.Of(command).Code);
        var written = File.GetLastWriteTimeUtc(scratch["out", "learned_embeds.safetensors"]);

        var again = CliRun.Of(command);
        // How a GPU is used is no part of what a run is.
        var resumed = CliRun.Of([.. command, "--resume", "--gpu-levers", "kernels"]);
        var other = CliRun.Of([.. command, "--resume", "--seed", "1"]);
        var method = CliRun.Of([.. BadInputs.TrainDreamBooth(scratch), "--resume"]);

        Assert.Equal(1, again.Code);
        Assert.Contains("--resume", Assert.Single(again.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(0, resumed.Code);
        Assert.Contains("complete", Assert.Single(resumed.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(1, other.Code);
        Assert.Contains("--seed was 0 and is 1 now", Assert.Single(other.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(1, method.Code);
        Assert.Contains("train ti", Assert.Single(method.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(scratch["out", "learned_embeds.safetensors"]));
    }

    [Fact]
    public void A_damaged_checkpoint_is_named_and_a_sound_one_is_prolonged()
    {
        using var scratch = new ScratchFolder();
        string[] command = [.. BadInputs.Train(scratch), "--checkpointing-steps", "1", "--max-train-steps"];
        Assert.Equal(0, CliRun.Of([.. command, "1"]).Code);

        var prolonged = CliRun.Of([.. command, "2", "--resume"]);
        var state = Directory.GetFiles(scratch["out"], "state.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        File.WriteAllBytes(state, File.ReadAllBytes(state)[..40]);
        var damaged = CliRun.Of([.. command, "3", "--resume"]);

        Assert.True(prolonged.Code == 0, prolonged.Error);
        Assert.Contains("100 % (2/2)", prolonged.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(1/2)", prolonged.Error, StringComparison.Ordinal);
        Assert.Equal(1, damaged.Code);
        Assert.Contains("state.safetensors", Assert.Single(damaged.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_word_of_every_checkpoint_stays_and_draws_and_other_templates_are_refused_on_resuming()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch["t.txt"], "a photo of a {}\n");
        string[] command = [.. BadInputs.Train(scratch), "--template-file", scratch["t.txt"], "--checkpointing-steps", "1", "--checkpoints-total-limit", "1", "--max-train-steps"];

        var trained = CliRun.Of([.. command, "3"]);
        var drawn = CliRun.Of([.. BadInputs.Generate(scratch, LabCopy.Model, scratch["pictures"], "a photo of a <d>"), "--embedding", scratch["out", "learned_embeds-steps-2.safetensors"]]);
        File.WriteAllText(scratch["t.txt"], "a picture of a {}\n");
        var other = CliRun.Of([.. command, "4", "--resume"]);

        Assert.True(trained.Code == 0, trained.Error);
        Assert.True(drawn.Code == 0, drawn.Error);
        byte[] Word(string name) => File.ReadAllBytes(scratch["out", name]);
        Assert.Equal(Word("learned_embeds.safetensors"), Word("learned_embeds-steps-3.safetensors"));
        Assert.NotEqual(Word("learned_embeds-steps-1.safetensors"), Word("learned_embeds-steps-2.safetensors"));
        Assert.Single(Directory.GetDirectories(scratch["out"], "checkpoint-*"));
        Assert.Equal(1, other.Code);
        Assert.Contains("templates was ", Assert.Single(other.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_cannot_become_shorter_nor_longer_where_its_schedule_knows_the_end()
    {
        using var scratch = new ScratchFolder();
        string[] command = [.. BadInputs.Train(scratch), "--checkpointing-steps", "1", "--max-train-steps"];
        string[] cosine = [.. command.Select(word => word == scratch["out"] ? scratch["cosine"] : word), "2", "--lr-scheduler", "cosine"];
        Assert.Equal(0, CliRun.Of([.. command, "2"]).Code);
        Assert.Equal(0, CliRun.Of(cosine).Code);
        File.Delete(scratch["out", "learned_embeds.safetensors"]);

        var shorter = CliRun.Of([.. command, "1", "--resume"]);
        var longer = CliRun.Of([.. cosine.Select(word => word == "2" ? "3" : word), "--resume"]);

        Assert.Equal(1, shorter.Code);
        Assert.Contains("at step 2, and --max-train-steps is 1", Assert.Single(shorter.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(1, longer.Code);
        Assert.Contains("--max-train-steps was 2 and is 3 now", Assert.Single(longer.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_said_about_the_model_is_in_the_line_that_tells_how_to_use_the_word()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of([.. BadInputs.Train(scratch), "--max-train-steps", "1", "--prediction-type", "v-prediction"]);

        Assert.True(run.Code == 0, run.Error);
        Assert.Contains($" --prediction-type v-prediction --embedding {scratch["out", "learned_embeds.safetensors"]} --prompt 'a photo of <d>'", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("--variant", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Parity_takes_the_references_defaults()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of([.. BadInputs.Train(scratch), "--parity", "--max-train-steps", "1", "--resolution", "128"]);

        Assert.True(run.Code == 0, run.Error);
        var options = JsonDocument.Parse(File.ReadAllText(scratch["out", "run.json"])).RootElement.GetProperty("options");
        Assert.Equal("0.0001", options.GetProperty("learning-rate").GetString());
        Assert.Equal("500", options.GetProperty("lr-warmup-steps").GetString());
        Assert.Equal("0.01", options.GetProperty("adam-weight-decay").GetString());
    }

    [Fact]
    public void An_interruption_saves_the_run_and_says_how_to_go_on()
    {
        using var scratch = new ScratchFolder();
        using var process = CliRun.Start([.. BadInputs.Train(scratch), "--max-train-steps", "100000"]);
        while (process.StandardError.ReadLine() is { } line && !line.StartsWith("training", StringComparison.Ordinal))
        {
        }

        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            kill.WaitForExit();
        }

        var rest = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(130, process.ExitCode);
        Assert.Matches(@"diptych: interrupted after step \d+ of 100000; to go on: diptych train ti .* --resume", rest);
        Assert.Single(Directory.GetDirectories(scratch["out"], "checkpoint-*"));
        Assert.True(File.Exists(scratch["out", "run.json"]));
    }
}
