using System.Diagnostics;
using Diptych.Tests.Trajectories;

namespace Diptych.Tests.Cli;

/// <summary>The real program, killed without warning and resumed, ends with the bytes of one left alone.</summary>
[Trait("Tier", "Recipe")]
public sealed class KillAndResumeTests
{
    private static readonly string[] Common =
    [
        "--pretrained-model-name-or-path", LabTraining.Model, "--instance-data-dir", LabTraining.References, "--resolution", "128",
        "--max-train-steps", "14", "--train-batch-size", "1", "--checkpointing-steps", "4", "--seed", "3",
    ];

    [Theory]
    [InlineData("learned_embeds.safetensors", "train", "ti", "--placeholder-token", "<x>", "--initializer-token", "dog")]
    [InlineData("model/unet/diffusion_pytorch_model.safetensors", "train", "db", "--instance-prompt", "a photo of sks dog")]
    public async Task Final_weights_are_equal_byte_for_byte(string artifact, params string[] verb)
    {
        using var folder = new TemporaryFolder();
        await Finish([.. verb, .. Common, "--output-dir", folder.In("alone")]);

        using (var doomed = Start([.. verb, .. Common, "--output-dir", folder.In("killed")]))
        {
            // Somewhere after the first checkpoint and before the end, wherever that falls within a step.
            while (!doomed.HasExited && !Directory.Exists(folder.In("killed", "checkpoint-000008")) && !Directory.Exists(folder.In("killed", "checkpoint-000004")))
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            doomed.Kill();
            await doomed.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, doomed.ExitCode);
        }

        Assert.False(File.Exists(folder.In("killed", artifact)));
        await Finish([.. verb, .. Common, "--output-dir", folder.In("killed"), "--resume"]);

        Assert.Equal(await File.ReadAllBytesAsync(folder.In("alone", artifact), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(folder.In("killed", artifact), TestContext.Current.CancellationToken));
    }

    private static async Task Finish(string[] arguments)
    {
        using var process = Start(arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private static Process Start(string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "diptych"), arguments)
        {
            WorkingDirectory = Fixtures.Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
