using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Judges;

/// <summary>Two convolutions, each with group normalisation and SiLU; the first may halve the picture.</summary>
internal sealed class ConvStage : nn.Module<Tensor, Tensor>
{
    private const int Groups = 8;

    [ComponentName(Name = "conv1")] private readonly Convolution2d _first;
    [ComponentName(Name = "norm1")] private readonly GroupNorm _firstNorm;
    [ComponentName(Name = "conv2")] private readonly Convolution2d _second;
    [ComponentName(Name = "norm2")] private readonly GroupNorm _secondNorm;

    public ConvStage(long channelsIn, long channelsOut, long stride = 1)
        : base(nameof(ConvStage))
    {
        _first = new Convolution2d(channelsIn, channelsOut, 3, stride: stride, padding: 1);
        _firstNorm = GroupNormalization.Create(Groups, channelsOut);
        _second = new Convolution2d(channelsOut, channelsOut, 3, padding: 1);
        _secondNorm = GroupNormalization.Create(Groups, channelsOut);
        RegisterComponents();
    }

    /// <summary>[n, in, h, w] to [n, out, h / stride, w / stride].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _firstNorm.Normalise(_first.call(input), silu: true);
        return _secondNorm.Normalise(_second.call(x), silu: true).MoveToOuterDisposeScope();
    }
}
