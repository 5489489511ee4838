using Diptych.Common.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Clip;

/// <summary>Patches as tokens, the class token before them, and each place's position (Dosovitskiy et al. 2021, equation 1).</summary>
internal sealed class ClipVisionEmbeddings : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "class_embedding")] private readonly Parameter _class;
    [ComponentName(Name = "patch_embedding")] private readonly Convolution2d _patches;
    [ComponentName(Name = "position_embedding")] private readonly LookupTable _positions;

    public ClipVisionEmbeddings(ClipVisionConfig config)
        : base(nameof(ClipVisionEmbeddings))
    {
        _class = nn.Parameter(randn(config.HiddenSize));
        _patches = new Convolution2d(config.Channels, config.HiddenSize, config.PatchSize, stride: config.PatchSize, hasBias: false);
        _positions = new LookupTable(config.Positions, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Pictures [n,C,S,S] to tokens [n,1+patches,D].</summary>
    public override Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var patches = _patches.call(pixels).flatten(2).transpose(1, 2);
        var first = _class.expand(patches.shape[0], 1, -1);
        return (cat([first, patches], 1) + _positions.Weight).MoveToOuterDisposeScope();
    }
}
