using Diptych.Common.Text;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>What must tell rows of the generator's text encoder apart: an identifier before a noun, another noun, another colour.</summary>
internal sealed class TextMargins(ClipTokenizer tokenizer, Device device) : IDisposable
{
    private readonly NounMargin _identifiers = new(tokenizer, device);
    private readonly ExchangeMargin _nouns = new(tokenizer, LabWords.Classes, device);
    private readonly ExchangeMargin _colours = new(tokenizer, Palette.Names, device);

    /// <summary>The sum of the three excesses: a scalar.</summary>
    /// <param name="ids">Captions, int64 [n, L].</param>
    /// <param name="states">What the encoder makes of them, [n, L, D].</param>
    /// <param name="encode">The encoder: ids [n, L] to rows [n, L, D].</param>
    public Tensor Excess(Tensor ids, Tensor states, Func<Tensor, Tensor> encode)
    {
        using var scope = NewDisposeScope();
        return (_identifiers.Excess(ids, states, encode) + _nouns.Excess(ids, states, encode) + _colours.Excess(ids, states, encode)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _identifiers.Dispose();
        _nouns.Dispose();
        _colours.Dispose();
    }
}
