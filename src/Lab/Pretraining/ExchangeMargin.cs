using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Asks the text encoder to let words of one kind (nouns, colours) differ: a word's row must not lie nearer than a margin to what it is with another of
/// its kind in its place. Asked for identifiers alone (<see cref="NounMargin"/>), the encoder gave those nearly all there is to move and the nouns next to
/// nothing (a six-hundredth of a row's square), and the denoiser drew houses as cars.
/// </summary>
internal sealed class ExchangeMargin : IDisposable
{
    // The first version's encoder, whose words were obeyed, has .70 between two nouns and .65 between two colours.
    private const double LargestCosine = .7;

    private readonly Tensor _isOne;
    private readonly Tensor _words;

    /// <param name="tokenizer">The captions' tokenizer.</param>
    /// <param name="words">Words of one kind, a token each.</param>
    /// <param name="device">Where the captions are.</param>
    public ExchangeMargin(ClipTokenizer tokenizer, IEnumerable<string> words, Device device)
    {
        using var scope = NewDisposeScope();
        long[] ids = [.. words.Select(word => tokenizer.Encode(word)[1])];
        _isOne = CaptionRows.Flags(ids, tokenizer.VocabularySize).to(device).DetachFromDisposeScope();
        _words = tensor(ids).to(device).DetachFromDisposeScope();
    }

    /// <summary>How far the cosines lie above the margin, mean over the captions that hold such a word and got another one: a scalar.</summary>
    /// <param name="ids">Captions, int64 [n, L].</param>
    /// <param name="states">What the encoder makes of them, [n, L, D].</param>
    /// <param name="encode">The encoder: ids [n, L] to rows [n, L, D].</param>
    public Tensor Excess(Tensor ids, Tensor states, Func<Tensor, Tensor> encode)
    {
        using var scope = NewDisposeScope();
        var (at, found) = CaptionRows.First(ids, _isOne);
        var exchanged = Exchanged(ids, at);
        var counted = found * exchanged.ne(ids).any(1).to_type(ScalarType.Float32);
        return CaptionRows.Excess(CaptionRows.Row(states, at), CaptionRows.Row(encode(exchanged), at), LargestCosine, counted).MoveToOuterDisposeScope();
    }

    /// <summary>Captions with a word of the kind, drawn with libtorch's generator, at place <paramref name="at"/> [n, 1].</summary>
    public Tensor Exchanged(Tensor ids, Tensor at)
    {
        using var scope = NewDisposeScope();
        var others = _words.index_select(0, randint(0, _words.shape[0], [ids.shape[0]], dtype: ScalarType.Int64, device: ids.device)).unsqueeze(1);
        return ids.scatter(1, at, others).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _isOne.Dispose();
        _words.Dispose();
    }
}
