using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>CLIP's text tower without projection: embeddings, causal blocks, final norm.</summary>
internal sealed class ClipTextTransformer : nn.Module
{
    private readonly ClipTextConfig _config;
    [ComponentName(Name = "embeddings")] private readonly ClipTextEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly ClipBlocks _encoder;
    [ComponentName(Name = "final_layer_norm")] private readonly LayerNorm _finalNorm;

    public ClipTextTransformer(ClipTextConfig config)
        : base(nameof(ClipTextTransformer))
    {
        _config = config;
        _embeddings = new ClipTextEmbeddings(config);
        _encoder = new ClipBlocks(config.Transformer);
        _finalNorm = nn.LayerNorm(config.HiddenSize, config.Transformer.LayerNormEpsilon);
        RegisterComponents();
    }

    public Tensor TokenTable => _embeddings.Tokens;

    public Tensor TokenEmbeddings(Tensor ids) => _embeddings.Look(ids);

    public Tensor FinalNorm(Tensor state) => _finalNorm.call(state);

    public ClipTextOutput Encode(Tensor tokenEmbeddings, Tensor ids, bool allHiddenStates)
    {
        var length = tokenEmbeddings.shape[1];
        if (length > _config.MaxPositions || ids.shape[1] != length)
        {
            throw new ArgumentException($"{length} tokens with {ids.shape[1]} ids do not fit a text model of {_config.MaxPositions} positions.", nameof(tokenEmbeddings));
        }

        using var scope = NewDisposeScope();
        var states = allHiddenStates ? new List<Tensor>() : null;
        var last = _finalNorm.call(_encoder.Run(_embeddings.AddPositions(tokenEmbeddings), isCausal: true, states));
        var pooled = Pool(last, ids);
        states?.ForEach(state => state.MoveToOuterDisposeScope());
        return new ClipTextOutput(last.MoveToOuterDisposeScope(), pooled.MoveToOuterDisposeScope(), states ?? []);
    }

    // The row of the first end token. Checkpoints that state 2 as its id were written when the rule was "the largest id"; that was meant of
    // the vocabulary, so placeholders, whose ids are larger still, do not count (transformers takes the placeholder's row there).
    private Tensor Pool(Tensor last, Tensor ids)
    {
        var isEnd = _config.EosTokenId == 2 ? ids.masked_fill(ids.ge(_config.VocabularySize), 0) : ids.eq(_config.EosTokenId).to_type(ScalarType.Int64);
        var at = isEnd.argmax(-1);
        var index = at.view(-1, 1, 1).expand(-1, 1, last.shape[2]);
        return last.gather(1, index).squeeze(1);
    }
}
