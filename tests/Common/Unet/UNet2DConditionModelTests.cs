using System.Text.Json;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

public sealed class UNet2DConditionModelTests : IDisposable
{
    // fp32 sums taken in another order; the outputs are of magnitude 1.
    private const double OutputTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    // The non-square case was taken at this timestep with the first text; its file does not say so.
    private const long WideTimestep = 500;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    public void Predictions_equal_the_reference(string model)
    {
        using var network = Tiny(model);
        using var golden = SafetensorsFile.Open(Fixtures.Require("fixtures", "unet", $"{model}.safetensors"));
        using var noGradient = no_grad();
        var timesteps = golden.Read("timesteps");
        var text = golden.Read("encoder_hidden_states");
        Close.Absolute(golden.Read("output"), network.call(golden.Read("sample"), timesteps, text), OutputTolerance, "square");
        Close.Absolute(golden.Read("wide.output"), network.call(golden.Read("wide.sample"), tensor(WideTimestep), text[..1]), OutputTolerance, "wide");
    }

    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    public void Loss_and_gradients_equal_the_reference(string model)
    {
        using var network = Tiny(model);
        using var golden = SafetensorsFile.Open(Fixtures.Require("fixtures", "unet", $"{model}.safetensors"));
        var text = golden.Read("encoder_hidden_states").requires_grad_();
        var loss = nn.functional.mse_loss(network.call(golden.Read("sample"), golden.Read("timesteps"), text), golden.Read("target"));
        loss.backward();
        Close.OfLargest(golden.Read("loss"), loss, 1e-5, "loss");

        var parameters = network.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        parameters["encoder_hidden_states"] = text;
        foreach (var name in golden.Entries.Keys.Where(k => k.StartsWith("grad.", StringComparison.Ordinal)))
        {
            Close.OfLargest(golden.Read(name), parameters[name["grad.".Length..]].grad!, GradientTolerance, name);
        }

        using var norms = JsonDocument.Parse(File.ReadAllText(Fixtures.Require("fixtures", "unet", $"{model}-grad-norms.json")));
        var expected = norms.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble());
        Assert.Equal(parameters.Keys.Where(k => k != "encoder_hidden_states").Order(), expected.Keys.Where(k => k != "encoder_hidden_states").Order());
        foreach (var (name, norm) in expected)
        {
            Assert.True(Math.Abs(parameters[name].grad!.norm().item<float>() - norm) <= GradientTolerance * norm, $"{name}: norm {parameters[name].grad!.norm().item<float>()} for {norm}");
        }
    }

    private static UNet2DConditionModel Tiny(string model) =>
        UNet2DConditionModel.Load(Fixtures.Require("fixtures", "models", $"tiny-{model}", "unet"));
}
