using Diptych.Common.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>The table of tokens and the table of positions.</summary>
internal sealed class ClipTextEmbeddings : nn.Module
{
    [ComponentName(Name = "token_embedding")] private readonly LookupTable _tokens;
    [ComponentName(Name = "position_embedding")] private readonly LookupTable _positions;

    public ClipTextEmbeddings(ClipTextConfig config)
        : base(nameof(ClipTextEmbeddings))
    {
        _tokens = new LookupTable(config.VocabularySize, config.HiddenSize);
        _positions = new LookupTable(config.MaxPositions, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>The token table, [vocabulary, D].</summary>
    public Tensor Tokens => _tokens.Weight;

    /// <summary>The token table's rows: [n,L] to [n,L,D].</summary>
    public Tensor Look(Tensor ids) => _tokens.call(ids);

    /// <summary>Adds each place's position.</summary>
    public Tensor AddPositions(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return (tokens + _positions.Weight.narrow(0, 0, tokens.shape[1])).MoveToOuterDisposeScope();
    }
}
