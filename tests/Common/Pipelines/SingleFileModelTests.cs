using Diptych.Common;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Tests.Common.Data;
using Diptych.Tests.Common.SingleFile;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Pipelines;

[Trait("Tier", "Recipe")]
public sealed class SingleFileModelTests : IDisposable
{
    private static readonly GenerationOptions Options = new() { Steps = 2, GuidanceScale = 3 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    [InlineData("sdxl")]
    public void A_single_file_loads_to_the_very_weights_of_the_folder_it_was_made_of(string model)
    {
        using var scope = NewDisposeScope();
        var folder = Fixtures.Require("fixtures", "models", "tiny-" + model);
        var tiny = new TinyModel(folder);
        var path = In("model.safetensors");
        SingleFiles.WriteSafetensors(path, SingleFiles.Make(RecordedTensor.Read(model, "shared"), (name, _) => tiny.Read(name)));

        using var single = StableDiffusion.Load(path, options: new ModelOptions { ConfigFolder = folder });
        using var original = StableDiffusion.Load(folder);

        foreach (var (one, other) in Networks(single).Zip(Networks(original)))
        {
            Assert.Equal(other.Keys, one.Keys);
            Assert.All(one, p => Assert.True(other[p.Key].equal(p.Value).all().item<bool>(), p.Key));
        }

        Assert.Equal(original.Scheduler.PredictionType, single.Scheduler.PredictionType);
        Assert.Equal(original.Tokenizer.EncodePadded("a dog"), single.Tokenizer.EncodePadded("a dog"));
    }

    [Fact]
    public void A_single_file_and_its_converted_folder_draw_what_the_model_draws()
    {
        var path = LabSingleFile.Write(In("lab.safetensors"));
        var options = new ModelOptions { ConfigFolder = LabSingleFile.Model };
        var expected = Draw(LabSingleFile.Model);

        Assert.Equal(expected, Draw(path, options));
        SingleFileModel.Open(path, options).Convert(In("converted"));

        Assert.Equal(expected, Draw(In("converted")));
        Assert.Equal(expected.Length, Draw(In("converted"), new ModelOptions { PredictionType = PredictionType.Sample }).Length);
    }

    [Fact]
    public void What_was_found_out_about_a_file_is_said()
    {
        var path = LabSingleFile.Write(In("lab.safetensors"));

        var remark = Assert.Single(SingleFileModel.Open(path, new ModelOptions { PredictionType = PredictionType.VPrediction }).Remarks);

        Assert.Contains("Stable Diffusion 1, predicting v, because it was asked for", remark, StringComparison.Ordinal);
        Assert.Equal(PredictionType.VPrediction, ModelSource.Open(path, new ModelOptions { PredictionType = PredictionType.VPrediction }).Scheduler().PredictionType);
    }

    [Fact]
    public void A_converted_folder_says_the_prediction_type_that_was_asked_for_and_else_what_the_configuration_folder_says()
    {
        var path = LabSingleFile.Write(In("lab.safetensors"));
        var options = new ModelOptions { ConfigFolder = LabSingleFile.Model };
        void Copy(string name, ModelOptions chosen)
        {
            var source = ModelSource.Open(path, chosen);
            source.CopyTo(In(name), source.Networks, (_, _) => { });
        }

        Copy("plain", options);
        Copy("asked", options with { PredictionType = PredictionType.Epsilon });

        var own = File.ReadAllText(Path.Combine(LabSingleFile.Model, "scheduler", "scheduler_config.json"));
        string Of(string name) => File.ReadAllText(Path.Combine(In(name), "scheduler", "scheduler_config.json"));
        Assert.Equal(own, Of("plain"));
        Assert.Equal(own.Replace("v_prediction", "epsilon", StringComparison.Ordinal), Of("asked"));
        Assert.Contains("\"DDIMScheduler\"", File.ReadAllText(Path.Combine(In("asked"), "model_index.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_conversion_that_is_stopped_between_two_networks_leaves_no_model()
    {
        var path = LabSingleFile.Write(In("lab.safetensors"));
        using var stop = new CancellationTokenSource();
        var networks = new List<string>();
        void StopAtFirst(string network)
        {
            networks.Add(network);
            stop.Cancel();
        }

        Assert.Throws<OperationCanceledException>(() => SingleFileModel.Open(path, new ModelOptions { ConfigFolder = LabSingleFile.Model }).Convert(In("stopped"), progress: StopAtFirst, cancellation: stop.Token));

        Assert.Single(networks);
        Assert.False(File.Exists(Path.Combine(In("stopped"), "model_index.json")));
    }

    [Fact]
    public void A_file_has_no_variants_and_a_configuration_folder_must_be_there()
    {
        var path = LabSingleFile.Write(In("lab.safetensors"));

        Assert.Contains("--variant fp16", Assert.Throws<DiptychException>(() => ModelSource.Open(path, new ModelOptions { Variant = "fp16" })).Message, StringComparison.Ordinal);
        Assert.Contains("--config", Assert.Throws<DiptychException>(() => ModelSource.Open(path, new ModelOptions { ConfigFolder = In("nowhere") })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    public void Weights_are_kept_in_the_type_asked_for_and_pictures_stay_close(ScalarType type, ScalarType autoencoder)
    {
        using var scope = NewDisposeScope();
        using var half = StableDiffusion.Load(LabSingleFile.Model, dtype: type);
        using var full = StableDiffusion.Load(LabSingleFile.Model);

        Assert.All(half.UNet.state_dict().Values, t => Assert.Equal(type, t.dtype));
        Assert.All(half.TextEncoder.state_dict().Values, t => Assert.Equal(type, t.dtype));
        // Decoders that leave half precision's range say so in their configuration, and by default.
        Assert.All(half.Vae.state_dict().Values, t => Assert.Equal(autoencoder, t.dtype));
        var (a, b) = (half.Generate(["a red dog"], 1, Options), full.Generate(["a red dog"], 1, Options));
        Assert.Equal(ScalarType.Float32, a.dtype);
        Assert.InRange((a - b).abs().mean().item<float>(), 1e-6f, 0.1f);
    }

    private static float[] Draw(string path, ModelOptions? options = null)
    {
        using var scope = NewDisposeScope();
        using var model = StableDiffusion.Load(path, options: options);
        return [.. model.Generate(["a red dog"], 1, Options).data<float>()];
    }

    private static IEnumerable<Dictionary<string, Tensor>> Networks(StableDiffusion model) => [.. model.Text.Encoders.Select(e => e.Model.state_dict()), model.UNet.state_dict(), model.Vae.state_dict()];

    private string In(string name) => Path.Combine(_folder.Root, name);
}
