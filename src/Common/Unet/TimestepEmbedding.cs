using TorchSharp.Modules;
using TorchSharp.Utils;
using Diptych.Common.Layers;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>Timesteps as sines and cosines, then two linear layers: diffusers' <c>Timesteps</c> and <c>TimestepEmbedding</c>.</summary>
/// <remarks>State keys: <c>linear_1</c>, <c>linear_2</c>.</remarks>
internal sealed class TimestepEmbedding : nn.Module<Tensor, ScalarType, Tensor>
{
    private const double LongestPeriod = 10000;

    private readonly long _waves;
    private readonly bool _cosineFirst;
    private readonly double _frequencyShift;

    [ComponentName(Name = "linear_1")]
    private readonly Linear _linear1;

    [ComponentName(Name = "linear_2")]
    private readonly Linear _linear2;

    public TimestepEmbedding(UNetConfig config)
        : base(nameof(TimestepEmbedding))
    {
        _waves = config.BlockOutChannels[0];
        _cosineFirst = config.FlipSinToCos;
        _frequencyShift = config.FrequencyShift;
        _linear1 = nn.Linear(_waves, config.TimeEmbeddingDim);
        _linear2 = nn.Linear(config.TimeEmbeddingDim, config.TimeEmbeddingDim);
        RegisterComponents();
    }

    /// <summary>Timesteps [n] of any type to [n, time embedding], the waves taken in fp32 and cast to <paramref name="dtype"/>.</summary>
    public override Tensor forward(Tensor timesteps, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        return _linear1.call(Waves(timesteps).to(dtype)).ThenSilu().Then(_linear2).MoveToOuterDisposeScope();
    }

    /// <summary>[n] to [n, 2 * floor(width / 2)] (Vaswani et al. 2017, section 3.5), a zero added where the width is odd.</summary>
    private Tensor Waves(Tensor timesteps)
    {
        var half = _waves / 2;
        var exponent = arange(half, dtype: ScalarType.Float32, device: timesteps.device) * (-Math.Log(LongestPeriod) / (half - _frequencyShift));
        var angles = timesteps.to(ScalarType.Float32).unsqueeze(1) * exponent.exp().unsqueeze(0);
        var waves = _cosineFirst ? cat([angles.cos(), angles.sin()], 1) : cat([angles.sin(), angles.cos()], 1);
        return _waves % 2 == 0 ? waves : nn.functional.pad(waves, (0, 1));
    }
}
