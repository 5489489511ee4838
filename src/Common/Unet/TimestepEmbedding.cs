using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>Timesteps as waves, then two linear layers: diffusers' <c>TimestepEmbedding</c>.</summary>
/// <remarks>State keys: <c>linear_1</c>, <c>linear_2</c>.</remarks>
internal sealed class TimestepEmbedding : nn.Module<Tensor, ScalarType, Tensor>
{
    private readonly UNetConfig _config;

    [ComponentName(Name = "linear_1")]
    private readonly Linear _linear1;

    [ComponentName(Name = "linear_2")]
    private readonly Linear _linear2;

    public TimestepEmbedding(UNetConfig config)
        : base(nameof(TimestepEmbedding))
    {
        _config = config;
        _linear1 = nn.Linear(config.BlockOutChannels[0], config.TimeEmbeddingDim);
        _linear2 = nn.Linear(config.TimeEmbeddingDim, config.TimeEmbeddingDim);
        RegisterComponents();
    }

    /// <summary>Timesteps [n] of any type to [n, time embedding], the waves taken in fp32 and cast to <paramref name="dtype"/>.</summary>
    public override Tensor forward(Tensor timesteps, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var waves = SinusoidalTimesteps.Waves(timesteps, _config.BlockOutChannels[0], _config.FlipSinToCos, _config.FrequencyShift);
        return _linear1.call(waves.to(dtype)).ThenSilu().Then(_linear2).MoveToOuterDisposeScope();
    }
}
