using Diptych.Common.Vae;
using Diptych.Common.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Vae;

public sealed class AutoencoderKLTests : IDisposable
{
    // fp32 sums taken in another order; all these tensors are of magnitude 1 to 30.
    private const double Tolerance = 1e-4;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    [InlineData("sdxl")]
    public void Posterior_sample_and_pictures_equal_the_reference(string model)
    {
        using var vae = AutoencoderKL.Load(Fixtures.Require("fixtures", "models", $"tiny-{model}", "vae"));
        using var golden = SafetensorsFile.Open(Fixtures.Require("fixtures", "vae", $"{model}.safetensors"));
        using var noGradient = no_grad();
        var posterior = vae.Encode(golden.Read("image"));
        Close.Absolute(golden.Read("mean"), posterior.Mean, Tolerance, "mean");
        Close.Absolute(golden.Read("logvar"), posterior.LogVariance, Tolerance, "logvar");
        Close.Absolute(golden.Read("std"), posterior.StandardDeviation, Tolerance, "std");
        var latents = golden.Read("latents");
        Close.Absolute(latents, vae.Scale(posterior.Sample(golden.Read("eps"))), Tolerance, "latents");
        Close.Absolute(golden.Read("decoded"), vae.Decode(vae.Unscale(latents)), Tolerance, "decoded");
    }
}
