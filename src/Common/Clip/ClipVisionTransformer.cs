using Diptych.Common.Text;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Clip;

/// <summary>CLIP's picture tower without projection: a vision transformer read at its class token.</summary>
internal sealed class ClipVisionTransformer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "embeddings")] private readonly ClipVisionEmbeddings _embeddings;
    // The published checkpoints spell it so.
    [ComponentName(Name = "pre_layrnorm")] private readonly LayerNorm _firstNorm;
    [ComponentName(Name = "encoder")] private readonly ClipBlocks _encoder;
    [ComponentName(Name = "post_layernorm")] private readonly LayerNorm _lastNorm;

    public ClipVisionTransformer(ClipVisionConfig config)
        : base(nameof(ClipVisionTransformer))
    {
        _embeddings = new ClipVisionEmbeddings(config);
        _firstNorm = nn.LayerNorm(config.HiddenSize, config.Transformer.LayerNormEpsilon);
        _encoder = new ClipBlocks(config.Transformer);
        _lastNorm = nn.LayerNorm(config.HiddenSize, config.Transformer.LayerNormEpsilon);
        RegisterComponents();
    }

    /// <summary>Pictures [n,C,S,S] to the class token's row [n,D].</summary>
    public override Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var states = _encoder.Run(_firstNorm.call(_embeddings.call(pixels)), isCausal: false);
        return _lastNorm.call(states.select(1, 0)).MoveToOuterDisposeScope();
    }
}
