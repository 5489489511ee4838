using Diptych.Common.Vae;
using Diptych.Tests.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Vae;

public sealed class DiagonalGaussianTests
{
    [Fact]
    public void A_sample_is_the_mean_plus_eps_standard_deviations()
    {
        using var scope = NewDisposeScope();
        var posterior = new DiagonalGaussian(tensor(new[] { 1f, -2f }), tensor(new[] { 0f, (float)Math.Log(9) }));
        Close.Absolute(tensor(new[] { 1f, 3f }), posterior.StandardDeviation, 1e-6, "standard deviation");
        Close.Absolute(tensor(new[] { 1.5f, -5f }), posterior.Sample(tensor(new[] { 0.5f, -1f })), 1e-6, "sample");
    }

    [Fact]
    public void Sampling_leaves_only_the_sample_alive()
    {
        using var mean = zeros(2);
        using var eps = ones(2);
        var posterior = new DiagonalGaussian(mean, eps);
        LiveTensors.Only(() => [posterior.Sample(eps)]);
    }
}
