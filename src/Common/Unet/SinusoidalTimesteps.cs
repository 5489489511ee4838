using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>Timesteps as sines and cosines of geometrically spaced frequencies (Vaswani et al. 2017, section 3.5): diffusers' <c>Timesteps</c>.</summary>
public static class SinusoidalTimesteps
{
    private const double LongestPeriod = 10000;

    /// <summary>Waves of [n] timesteps of any type, in fp32: [n, <paramref name="width"/>], the last a zero where the width is odd.</summary>
    /// <param name="timesteps">Timesteps [n].</param>
    /// <param name="width">Numbers a timestep becomes.</param>
    /// <param name="cosineFirst">Cosines before sines (diffusers' <c>flip_sin_to_cos</c>).</param>
    /// <param name="frequencyShift">Frequency i is 10000^(-i / (width/2 - shift)).</param>
    public static Tensor Waves(Tensor timesteps, long width, bool cosineFirst, double frequencyShift)
    {
        ArgumentNullException.ThrowIfNull(timesteps);
        using var scope = NewDisposeScope();
        var half = width / 2;
        var exponent = arange(half, dtype: ScalarType.Float32, device: timesteps.device) * (-Math.Log(LongestPeriod) / (half - frequencyShift));
        var angles = timesteps.to(ScalarType.Float32).unsqueeze(1) * exponent.exp().unsqueeze(0);
        var waves = cosineFirst ? cat([angles.cos(), angles.sin()], 1) : cat([angles.sin(), angles.cos()], 1);
        return (width % 2 == 0 ? waves : nn.functional.pad(waves, (0, 1))).MoveToOuterDisposeScope();
    }
}
