using System.Text.Json;
using Diptych.Tests.Common.SingleFile;

namespace Diptych.Tests.Cli;

[Trait("Tier", "Recipe")]
public sealed class ModelVerbsTests
{
    [Fact]
    public void A_single_file_is_converted_and_the_folder_draws()
    {
        using var scratch = new ScratchFolder();
        var file = LabSingleFile.Write(scratch["lab.safetensors"]);

        var convert = CliRun.Of("convert", "--from", file, "--config", LabSingleFile.Model, "--prediction_type", "v_prediction", "--output-dir", scratch["folder"], "--precision", "bf16");
        Assert.Equal(0, convert.Code);
        Assert.Contains("Stable Diffusion 1, predicting v, because it was asked for", convert.Error, StringComparison.Ordinal);
        Assert.Equal(scratch["folder"], convert.Out.Trim());

        var generate = CliRun.Of(
            "generate", "--model", scratch["folder"], "--prompt", "a red dog", "--steps", "1", "--precision", "bf16", "--allow-tf32", "--output-dir", scratch["out"], "--json", scratch["out.json"]);
        Assert.Equal(0, generate.Code);
        using var record = JsonDocument.Parse(File.ReadAllText(scratch["out.json"]));
        Assert.Equal("bf16", record.RootElement.GetProperty("options").GetProperty("precision").GetString());
        Assert.Equal("yes", record.RootElement.GetProperty("options").GetProperty("allow-tf32").GetString());
    }

    [Fact]
    public void Loading_is_measured_beside_cat()
    {
        using var scratch = new ScratchFolder();

        var run = CliRun.Of("bench", "load", "--model", LabSingleFile.Model, "--device", "cpu", "--json", scratch["load.json"]);

        Assert.Equal("", run.Error);
        Assert.Equal(0, run.Code);
        using var result = JsonDocument.Parse(File.ReadAllText(scratch["load.json"]));
        JsonElement Of(string name) => result.RootElement.GetProperty(name);
        Assert.Equal(2, Of("cat_seconds").GetArrayLength());
        Assert.Equal(Of("load_seconds").GetDouble() / Of("cat_seconds").EnumerateArray().Average(s => s.GetDouble()), Of("load_to_cat").GetDouble(), 6);
        Assert.True(Of("file_bytes").GetInt64() > 10_000_000 && Of("weight_bytes").GetInt64() > 10_000_000);
        // Which is the larger cannot be told here: the peaks are the process's, and other tests of it begin them anew.
        Assert.True(Of("peak_resident_step").GetInt64() > 0 && Of("peak_resident_loaded").GetInt64() > 0);
        Assert.True(Of("step_seconds").GetDouble() > 0 && Of("peak_managed").GetInt64() > 0);
    }
}
