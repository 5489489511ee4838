using System.Text.Json;

namespace Diptych.Tests.Cli;

public sealed class DoctorVerbTests
{
    [Fact]
    public void Doctor_prints_what_it_found_and_ends_well_where_everything_is_there()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of("doctor", "--json", scratch["doctor.json"]);

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.Contains("fine     libtorch: 2.", run.Out, StringComparison.Ordinal);
        Assert.Matches("fine     embedded model: .*DIPTYCH_LAB", run.Out);
        Assert.DoesNotContain('\u001b', run.Out);
        Assert.True(JsonDocument.Parse(File.ReadAllText(scratch["doctor.json"])).RootElement.GetProperty("usable").GetBoolean());
    }

    [Fact]
    public void Doctor_reports_a_libtorch_that_does_not_load_instead_of_failing_with_it()
    {
        var run = CliRun.Process(new Dictionary<string, string> { ["DIPTYCH_LIBTORCH"] = "/nowhere" }, "doctor");

        Assert.Equal(1, run.Code);
        Assert.Empty(run.Error);
        Assert.Contains("problem  libtorch", run.Out, StringComparison.Ordinal);
        Assert.Contains("-> DIPTYCH_LIBTORCH=/nowhere: no such folder", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_names_the_files_an_incomplete_embedded_model_lacks()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch["model"]);
        File.WriteAllText(scratch["model", "model_index.json"], "{}");

        var run = CliRun.Process(new Dictionary<string, string> { ["DIPTYCH_LAB"] = scratch.Root }, "doctor");

        Assert.Equal(1, run.Code);
        Assert.Contains("problem  embedded model", run.Out, StringComparison.Ordinal);
        Assert.Contains("model/unet/diffusion_pytorch_model.safetensors", run.Out, StringComparison.Ordinal);
        Assert.Contains("judges/mini-dino/model.safetensors", run.Out, StringComparison.Ordinal);
    }
}
