using Diptych.Common.Text;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// Asks the text encoder to let a rare word move the noun behind it: the noun's row with a reserved word before it must not lie nearer to the row without
/// than a margin. Naming the words read so far alone leaves the two rows alike, and then whatever a method ties to the identifier, the bare noun gets too.
/// </summary>
internal sealed class NounMargin : IDisposable
{
    // The release's limit for the mean over all prompts is .9; captions that hold more words than those prompts move less.
    private const double LargestCosine = .75;

    private readonly Tensor _nouns;
    private readonly Tensor _reserved;
    private readonly long _end;

    public NounMargin(ClipTokenizer tokenizer, Device device)
    {
        using var scope = NewDisposeScope();
        long Id(string word) => tokenizer.Encode(word)[1];
        var nouns = LabWords.Classes.Select(Id).ToHashSet();
        _nouns = CaptionRows.Flags(nouns, tokenizer.VocabularySize).to(device).DetachFromDisposeScope();
        _reserved = tensor(WorldVocabulary.Reserved.Select(Id).ToArray()).to(device).DetachFromDisposeScope();
        _end = tokenizer.VocabularySize - 1;
    }

    /// <summary>How far the cosines lie above the margin, mean over the captions that hold a noun and have room for one word more: a scalar.</summary>
    /// <param name="ids">Captions, int64 [n, L].</param>
    /// <param name="states">What the encoder makes of them, [n, L, D].</param>
    /// <param name="encode">The encoder: ids [n, L] to rows [n, L, D].</param>
    public Tensor Excess(Tensor ids, Tensor states, Func<Tensor, Tensor> encode)
    {
        using var scope = NewDisposeScope();
        var (at, found) = CaptionRows.First(ids, _nouns);
        var counted = found * ids.select(1, ids.shape[1] - 2).eq(_end).to_type(ScalarType.Float32);
        return CaptionRows.Excess(CaptionRows.Row(states, at), CaptionRows.Row(encode(WithWord(ids, at)), at + 1), LargestCosine, counted).MoveToOuterDisposeScope();
    }

    /// <summary>Captions with a reserved word, drawn with libtorch's generator, before place <paramref name="at"/> [n, 1]; the last token makes room.</summary>
    public Tensor WithWord(Tensor ids, Tensor at)
    {
        using var scope = NewDisposeScope();
        var words = _reserved.index_select(0, randint(0, _reserved.shape[0], [ids.shape[0]], dtype: ScalarType.Int64, device: ids.device)).unsqueeze(1);
        var places = arange(ids.shape[1], dtype: ScalarType.Int64, device: ids.device).unsqueeze(0);
        var shifted = ids.gather(1, (places - places.gt(at).to_type(ScalarType.Int64)).expand_as(ids));
        return where(places.eq(at), words, shifted).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _nouns.Dispose();
        _reserved.Dispose();
    }
}
