using Diptych.Common.Unet;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

public sealed class EmbeddedUNetTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void First_predictions_equal_the_reference()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = Embedded();
        using var golden = SafetensorsFile.Open(Fixtures.Golden("unet", "lab.safetensors"));
        var prediction = network.call(golden.Read("sample"), golden.Read("timestep"), golden.Read("encoder_hidden_states"));
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
        var prediction = network.call(cat([latents, latents]), golden.Read("timesteps")[0], cat([empty, text]));
        Close.OfLargest(golden.Read("first_prediction"), prediction, Tolerance);
    }

    private static UNet2DConditionModel Embedded() =>
        UNet2DConditionModel.Load(Path.Combine(Fixtures.Repository, "models", "lab", "model", "unet"));
}
