using Diptych.Common.Metrics;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Metrics;

public sealed class KernelDistanceTests
{
    [Fact]
    public void The_reference_estimate_is_reproduced()
    {
        using var file = SafetensorsFile.Open(Fixtures.Golden("metrics", "kid.safetensors"));
        using var a = file.Read("a");
        using var b = file.Read("b");
        using var expected = file.Read("mmd");
        Assert.Equal(expected.item<double>(), KernelDistance.Squared(a, b), 10);
    }

    [Fact]
    public void Two_halves_of_one_sample_are_close_and_a_shift_is_seen()
    {
        using var generator = new Generator(3);
        using var sample = randn([400, 16], generator: generator);
        using var shifted = sample + 0.5;
        var same = KernelDistance.Squared(sample.slice(0, 0, 200, 1), sample.slice(0, 200, 400, 1));
        Assert.True(Math.Abs(same) < .1 * KernelDistance.Squared(sample.slice(0, 0, 200, 1), shifted.slice(0, 200, 400, 1)));
    }

    [Fact]
    public void A_single_sample_is_refused() => Assert.Throws<ArgumentException>(() => KernelDistance.Squared(zeros(1, 4), zeros(3, 4)));
}
