using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>A small convolutional net that maps a picture to features by which individuals are told apart.</summary>
internal sealed class MiniDinoNetwork : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "stages")] private readonly ModuleList<ConvStage> _stages;
    [ComponentName(Name = "projection")] private readonly Linear _projection;

    /// <param name="channels">Channels before and after each stage; the first is the picture's.</param>
    /// <param name="features">Numbers a picture becomes.</param>
    public MiniDinoNetwork(IReadOnlyList<int> channels, int features)
        : base(nameof(MiniDinoNetwork))
    {
        _stages = nn.ModuleList([.. Enumerable.Range(1, channels.Count - 1).Select(i => new ConvStage(channels[i - 1], channels[i], stride: 2))]);
        _projection = nn.Linear(2 * channels[^1], features);
        RegisterComponents();
    }

    /// <summary>Pictures [n, 3, size, size] in [-1, 1] to features [n, d] of unit length.</summary>
    public override Tensor forward(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var x = pictures;
        foreach (var stage in _stages)
        {
            x = stage.call(x);
        }

        var maps = x.to_type(ScalarType.Float32);
        var features = _projection.call(cat([maps.mean([2, 3]), maps.amax([2, 3])], 1)).to_type(ScalarType.Float32);
        return (features / features.norm(1, keepdim: true)).MoveToOuterDisposeScope();
    }
}
