using Diptych.Lab.Verification;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Verification;

public class PictureQualityTests
{
    [Fact]
    public void An_error_of_a_tenth_everywhere_is_26_decibels()
    {
        using var scope = NewDisposeScope();
        var pictures = zeros(2, 3, 4, 4);
        var off = pictures.clone();
        off[1].add_(0.1f);

        var decibels = PictureQuality.PsnrDb(pictures, off);

        Assert.Equal(10 * Math.Log10(4 / 1e-10), decibels[0], 6);
        Assert.Equal(10 * Math.Log10(4 / 0.01), decibels[1], 4);
    }

    [Fact]
    public void Edge_energy_adds_the_mean_steps_along_both_axes()
    {
        using var scope = NewDisposeScope();
        var ramp = (arange(4, ScalarType.Float32).reshape(1, 4) + (10 * arange(3, ScalarType.Float32).reshape(3, 1))).expand(1, 3, 3, 4);

        Assert.Equal(11, Assert.Single(PictureQuality.EdgeEnergy(ramp)), 6);
    }
}
