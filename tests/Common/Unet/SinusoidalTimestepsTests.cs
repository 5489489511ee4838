using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Unet;

public sealed class SinusoidalTimestepsTests
{
    [Theory]
    [InlineData(8, true, 0)]
    [InlineData(8, false, 0)]
    [InlineData(8, true, 1)]
    [InlineData(7, false, 1)]
    public void Waves_follow_the_formula(int width, bool cosineFirst, double shift)
    {
        using var scope = NewDisposeScope();
        long[] timesteps = [0, 1, 500];
        var half = width / 2;
        var expected = zeros(timesteps.Length, width);
        for (var row = 0; row < timesteps.Length; row++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = timesteps[row] * Math.Pow(10000, -i / (half - shift));
                expected[row, i] = (float)(cosineFirst ? Math.Cos(angle) : Math.Sin(angle));
                expected[row, half + i] = (float)(cosineFirst ? Math.Sin(angle) : Math.Cos(angle));
            }
        }

        // fp32 angles up to 500 are exact to about 3e-5.
        Close.Absolute(expected, SinusoidalTimesteps.Waves(tensor(timesteps), width, cosineFirst, shift), 1e-4);
    }
}
