using Diptych.Common.Cuda;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Common.Layers;

/// <summary>Group normalisation (Wu and He 2018) that starts as the identity's affine part.</summary>
public static class GroupNormalization
{
    /// <summary>
    /// Creates the layer for [n, <paramref name="channels"/>, ...] with weight 1 and bias 0.
    /// TorchSharp 0.107 leaves both uninitialised, which shows only where no checkpoint is loaded over them.
    /// </summary>
    /// <param name="groups">Groups the channels are split into; must divide <paramref name="channels"/>.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="DiptychException">The groups do not divide the channels.</exception>
    public static GroupNorm Create(long groups, long channels, double epsilon = 1e-5)
    {
        if (groups < 1 || channels % groups != 0)
        {
            throw new DiptychException($"norm_num_groups {groups} does not divide {channels} channels: use the model's own config.json.");
        }

        var norm = nn.GroupNorm(groups, channels, epsilon);
        nn.init.ones_(norm.weight);
        nn.init.zeros_(norm.bias);
        return norm;
    }

    /// <summary>Normalises [n, c, h, w], with SiLU behind it where asked for; on a GPU in one kernel of ours where that is possible (<see cref="GroupNormSilu"/>).</summary>
    /// <param name="norm">The layer.</param>
    /// <param name="x">The picture; left alone.</param>
    /// <param name="silu">Whether x * sigmoid(x) follows.</param>
    public static Tensor Normalise(this GroupNorm norm, Tensor x, bool silu = false)
    {
        ArgumentNullException.ThrowIfNull(norm);
        return GroupNormSilu.Apply(x, norm.weight, norm.bias!, norm.num_groups, norm.eps, silu);
    }

    /// <summary>The same, freeing <paramref name="x"/>.</summary>
    internal static Tensor ThenSilu(this Tensor x, GroupNorm norm)
    {
        var y = norm.Normalise(x, silu: true);
        x.Dispose();
        return y;
    }
}
