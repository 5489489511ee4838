using Diptych.Common.Runtime;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

public sealed class EmbeddedUNetTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void First_predictions_equal_the_record()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = Embedded();
        using var golden = SafetensorsFile.Open(Fixtures.Golden("unet", "lab.safetensors"));
        var prediction = network.call(golden.Read("sample"), golden.Read("timestep"), new(golden.Read("encoder_hidden_states")));
        Close.OfLargest(golden.Read("output"), prediction, Tolerance);
    }

    [Fact]
    public void All_first_predictions_of_the_guided_pipeline_equal_the_reference()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var golden = SafetensorsFile.Open(Fixtures.Require("lab", "goldens", "pipeline.safetensors"));
        using var network = UNet2DConditionModel.Load(Fixtures.Require("lab", "model", "unet"));
        var latents = golden.Read("initial_latents");
        var text = golden.Read("text_rows");
        // The last prompt is the empty one; the reference puts the unconditional half first.
        var empty = text[^1..].expand(text.shape);
        var prediction = network.call(cat([latents, latents]), golden.Read("timesteps")[0], new(cat([empty, text])));
        Close.OfLargest(golden.Read("first_prediction"), prediction, Tolerance);
    }

    [Fact]
    public void Autocast_computes_in_bf16_over_fp32_weights_and_gradients()
    {
        Assert.SkipUnless(Autocast.IsAvailable, "this libtorch does not export autocast");
        using var scope = NewDisposeScope();
        using var network = Embedded();
        using var golden = SafetensorsFile.Open(Fixtures.Golden("unet", "lab.safetensors"));
        var (sample, text) = (golden.Read("sample")[..1], golden.Read("encoder_hidden_states")[..1]);
        Tensor prediction;
        using (Autocast.For(sample.device, MixedPrecision.Bf16))
        {
            prediction = network.call(sample, golden.Read("timestep"), new(text));
        }

        Assert.Equal(ScalarType.BFloat16, prediction.dtype);
        // bf16 keeps 8 bits: a few hundredths of the largest value after some forty layers.
        Close.OfLargest(golden.Read("output")[..1], prediction, 0.1);
        prediction.to(ScalarType.Float32).square().mean().backward();
        Assert.All(network.named_parameters(), p => Assert.Equal(ScalarType.Float32, p.parameter.grad!.dtype));
    }

    private static UNet2DConditionModel Embedded() =>
        UNet2DConditionModel.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "unet"));
}
