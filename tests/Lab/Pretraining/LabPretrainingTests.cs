using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Weights;
using Diptych.Lab;
using Diptych.Lab.Judges;
using Diptych.Lab.Pretraining;
using Diptych.Lab.Subjects;
using Diptych.Tests.Cli;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Pretraining;

public sealed class LabPretrainingTests
{
    [Fact]
    public void A_micro_rebuild_yields_a_laboratory_that_loads_and_draws()
    {
        using var folder = new ScratchFolder();
        var pretraining = new LabPretraining(PretrainingOptions.Micro, folder["work"], CPU);
        var reports = pretraining.Run();
        Assert.Equal(["text-encoder", "autoencoder", "denoiser", "oracle", "mini-clip", "mini-dino"], reports.Select(report => report.Stage));

        var lab = pretraining.Release;
        using var model = StableDiffusion.Load(lab.Model);
        using var oracle = Oracle.Load(lab.Oracle);
        using var clip = MiniClipJudge.Load(lab.MiniClip, lab.Tokenizer);
        using var dino = MiniDinoJudge.Load(lab.MiniDino);
        using var scope = NewDisposeScope();
        var pictures = model.Generate(["a photo of a sks dog", "a red cat in the snow"], 1, new GenerationOptions { Steps = 2 });
        Assert.Equal([2, 3, 128, 128], pictures.shape);
        Assert.Equal(2, oracle.Read(pictures).Count);
        Assert.Equal([2, 96], clip.ImageFeatures(pictures).shape);
        Assert.Equal([2, 128], dino.Features(pictures).shape);
        Assert.Equal(6, LabSubject.LoadAll(lab.Subjects).Count);
    }

    [Fact]
    public void An_interrupted_rebuild_goes_on_to_the_same_bytes()
    {
        using var folder = new ScratchFolder();
        var options = PretrainingOptions.Micro with { Pictures = 40, JudgePictures = 40 };
        new LabPretraining(options, folder["whole"], CPU).Run();

        // Every call is interrupted three steps after it began to learn, until one gets through.
        for (var call = 0; ; call++)
        {
            using var interruption = new CancellationTokenSource();
            var learned = 0;
            try
            {
                new LabPretraining(options, folder["parts"], CPU, (_, _, _, _) => { if (++learned > 25) { interruption.Cancel(); } }, interruption.Token).Run();
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.True(call < 30, "no progress");
            }
        }

        var files = Directory.GetFiles(folder["whole", "lab"], "*", SearchOption.AllDirectories);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(folder["whole"], folder["parts"], StringComparison.Ordinal))));
    }

    [Fact]
    public void A_failed_gate_stops_the_rebuild_and_says_why()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<DiptychException>(() => new LabPretraining(PretrainingOptions.Micro with { Pictures = 40, Gated = true }, folder["work"], CPU).Run());
        // Which gate is the first to fail depends on rounding: a few of so small a network's figures lie close to their limits.
        Assert.Matches("^The gate after (text-encoder|autoencoder|denoiser|oracle) failed: .+ \\(at (least|most) [0-9.]+, NOT REACHED\\).*--ungated", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_rebuild_can_go_on_from_another_laboratory()
    {
        using var folder = new ScratchFolder();
        var options = PretrainingOptions.Micro with { Pictures = 40, JudgePictures = 40 };
        new LabPretraining(options, folder["work"], CPU).Run();
        Directory.Move(folder["work", "lab"], folder["before"]);
        var before = new LabModel(folder["before"]);
        Directory.CreateDirectory(folder["work", "lab", "model"]);
        foreach (var part in (string[])["text_encoder", "vae"])
        {
            CopyFolder(Path.Combine(before.Model, part), folder["work", "lab", "model", part]);
        }

        foreach (var stage in (string[])["denoiser", "oracle"])
        {
            File.Delete(folder["work", stage + ".json"]);
            File.Delete(folder["work", stage + ".safetensors"]);
        }

        // With a rate of nothing what comes out is what went in.
        var onwards = options.GoingOnFrom(before);
        new LabPretraining(onwards with { Denoiser = onwards.Denoiser with { LearningRate = 0 }, Oracle = onwards.Oracle with { LearningRate = 0 } }, folder["work"], CPU).Run();

        string[] files = [.. Directory.GetFiles(Path.Combine(before.Model, "unet"), "*.safetensors"), .. Directory.GetFiles(before.Oracle, "*.safetensors")];
        Assert.Equal(2, files.Length);
        Assert.All(files, file => AssertSame(file, file.Replace(folder["before"], folder["work", "lab"], StringComparison.Ordinal)));
    }

    [Fact]
    public void A_laboratory_to_go_on_from_that_is_not_there_is_named()
    {
        using var folder = new ScratchFolder();
        var options = PretrainingOptions.Micro with { Pictures = 40 };
        Assert.Contains(folder["nowhere"], Refusal(options.GoingOnFrom(new LabModel(folder["nowhere"])), folder["work"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_work_folder_of_another_seed_is_refused()
    {
        using var folder = new ScratchFolder();
        var options = PretrainingOptions.Micro with { Pictures = 40 };
        using var interruption = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new LabPretraining(options, folder["work"], CPU, (task, done, _, _) => { if (task == "text-encoder" && done == 3) { interruption.Cancel(); } }, interruption.Token).Run());
        var error = Assert.Throws<DiptychException>(() => new LabPretraining(options with { Seed = 1 }, folder["work"], CPU).Run());
        Assert.Contains("--work-dir", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_work_folder_is_kept_to_the_rebuild_it_was_begun_with()
    {
        using var folder = new ScratchFolder();
        var options = PretrainingOptions.Micro with { Pictures = 40 };
        Begin(options, folder["work"]);

        Begin(options, folder["work"]);
        Assert.Contains("'seed 0' and is asked for 'seed 1'", Refusal(options with { Seed = 1 }, folder["work"]), StringComparison.Ordinal);
        Assert.Contains("pictures 40", Refusal(options with { Pictures = 41 }, folder["work"]), StringComparison.Ordinal);
        Assert.Contains("judge pictures 96", Refusal(options with { JudgePictures = 95 }, folder["work"]), StringComparison.Ordinal);
        Assert.Contains("denoiser channels 32 32 32", Refusal(options with { Shapes = options.Shapes with { DenoiserChannels = [32, 32, 64] } }, folder["work"]), StringComparison.Ordinal);
        Assert.Contains("--work-dir", Refusal(PretrainingOptions.Cpu, folder["work"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_work_folder_from_before_it_was_named_is_taken_as_it_is()
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder["work"]);
        File.WriteAllText(folder["work", "text-encoder.json"], """{ "stage": "text-encoder", "seconds": 1.5, "gates": [ { "name": "a", "value": 1, "limit": null, "at_most": false } ] }""");

        Begin(PretrainingOptions.Micro, folder["work"]);

        Assert.Contains("seed 1", Refusal(PretrainingOptions.Micro with { Seed = 1 }, folder["work"]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_of_a_stage_may_change_until_it_is_done()
    {
        using var folder = new ScratchFolder();
        var options = PretrainingOptions.Micro;
        new StageReport("text-encoder", 1, [], options.Text).Write(folder["work", "text-encoder.json"]);

        Begin(options, folder["work"]);
        Begin(options with { Denoiser = options.Denoiser with { Steps = 99 } }, folder["work"]);
        var refusal = Refusal(options.WithEffort(2), folder["work"]);

        Assert.Contains(folder["work", "text-encoder.json"], refusal, StringComparison.Ordinal);
        Assert.Contains("delete", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Fact]
    public void A_report_keeps_the_plan_to_the_last_digit()
    {
        using var folder = new ScratchFolder();
        var report = new StageReport("autoencoder", 1.5, [new Gate("a", .25, .5, AtMost: true)], PretrainingOptions.Gpu.Autoencoder);
        report.Write(folder["autoencoder.json"]);

        var read = StageReport.Read(folder["autoencoder.json"])!;

        Assert.Equal((report.Stage, report.Seconds, report.Plan), (read.Stage, read.Seconds, read.Plan));
        Assert.Equal(report.Gates, read.Gates);
    }

    [Fact]
    public void The_whole_release_stays_under_its_size()
    {
        var shapes = new LabShapes();
        using var vae = LabConfigs.BuildAutoencoder(LabConfigs.Autoencoder(shapes, 1));
        using var unet = LabConfigs.BuildDenoiser(LabConfigs.Denoiser(shapes));
        var bytes = 2 * (vae.parameters().Sum(p => p.numel()) + unet.parameters().Sum(p => p.numel()));
        Assert.InRange(bytes, 20e6, 33e6);
    }

    // Everything is looked at and the folder is claimed; no picture is drawn any more.
    private static void Begin(PretrainingOptions options, string work)
    {
        using var interruption = new CancellationTokenSource();
        interruption.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new LabPretraining(options, work, CPU, cancellation: interruption.Token).Run());
    }

    private static string Refusal(PretrainingOptions options, string work) => Assert.Throws<DiptychException>(() => new LabPretraining(options, work, CPU).Run()).Message;

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    // To what averaging a number with itself may move it.
    private static void AssertSame(string expected, string actual)
    {
        using var scope = NewDisposeScope();
        using var before = SafetensorsFile.Open(expected);
        using var after = SafetensorsFile.Open(actual);
        Assert.Equal(before.Entries.Keys.Order(), after.Entries.Keys.Order());
        Assert.All(before.Entries.Keys, name => Assert.True(before.Read(name).to_type(ScalarType.Float32).allclose(after.Read(name).to_type(ScalarType.Float32), rtol: 1e-3, atol: 1e-6), name));
    }
}
