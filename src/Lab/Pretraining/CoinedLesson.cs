using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// What the text encoder learns from coined words: every row from such a word on tells the numbers it was coined for. Without it the encoder only learns to name the
/// words it knows, and a row between them is taken for the nearest.
/// </summary>
internal sealed class CoinedLesson : nn.Module
{
    private const double Share = .3;

    [ComponentName(Name = "words")] private readonly CoinedWords _words;
    [ComponentName(Name = "read")] private readonly Linear _read;

    private readonly CoinedCaptions _captions;

    /// <param name="captions">Captions with coined words; the caller's.</param>
    /// <param name="width">Numbers of a token's row, D.</param>
    public CoinedLesson(CoinedCaptions captions, long width)
        : base(nameof(CoinedLesson))
    {
        _captions = captions;
        _words = new CoinedWords(width);
        _read = nn.Linear(width, Appearance.Length);
        RegisterComponents();
    }

    /// <summary>The words.</summary>
    public CoinedWords Words => _words;

    /// <summary>A batch's captions, the first of which hold coined words now, drawn with libtorch's generator.</summary>
    /// <param name="ids">Captions of the vocabulary's words, int64 [n, L].</param>
    /// <param name="rows">Their pictures, int64 [n].</param>
    public Prompts Mix(Tensor ids, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (total, count) = (ids.shape[0], (long)Math.Round(Share * ids.shape[0]));
        var coined = _captions.Draw(rows.narrow(0, 0, count));
        return new(
            cat([coined.Ids, ids.narrow(0, count, total - count)]).MoveToOuterDisposeScope(), coined.Places.MoveToOuterDisposeScope(), _words.Say(coined.Appearances).MoveToOuterDisposeScope());
    }

    /// <summary>The rows of a batch's tokens [n, L, D] with the coined words' in their places.</summary>
    public Tensor Place(Tensor rows, Prompts prompts)
    {
        using var scope = NewDisposeScope();
        var (total, count) = (rows.shape[0], prompts.Places.shape[0]);
        var moved = _words.Place(rows.narrow(0, 0, count), prompts.Places, prompts.Said, _words.Noise(count, rows.device));
        return cat([moved, rows.narrow(0, count, total - count)]).MoveToOuterDisposeScope();
    }

    /// <summary>Mean squared error of the numbers read from the rows between each coined word and its caption's end: a scalar.</summary>
    /// <param name="states">What the encoder makes of the batch, [n, L, D].</param>
    /// <param name="prompts">From <see cref="Mix"/>.</param>
    /// <param name="counted">1 up to each caption's end token, else 0: fp32 [n, L].</param>
    public Tensor Loss(Tensor states, Prompts prompts, Tensor counted)
    {
        using var scope = NewDisposeScope();
        var count = prompts.Places.shape[0];
        var wrong = (_read.call(states.narrow(0, 0, count)).to_type(ScalarType.Float32) - prompts.Said.unsqueeze(1)).square().mean([2]);
        var behind = counted.narrow(0, 0, count) * prompts.Places.cumsum(1);
        return ((wrong * behind).sum() / behind.sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }

    /// <summary>A batch's captions.</summary>
    /// <param name="Ids">Tokens, int64 [n, L].</param>
    /// <param name="Places">1 at the coined word of each of the first k captions: fp32 [k, L].</param>
    /// <param name="Said">What these words say, fp32 [k, K].</param>
    public sealed record Prompts(Tensor Ids, Tensor Places, Tensor Said);
}
