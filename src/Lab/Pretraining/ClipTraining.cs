using Diptych.Common.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>
/// What a small CLIP learns from: pictures and captions find each other (Radford et al. 2021, figure 3), and the picture's features name its
/// attributes. The generator's text encoder learns three things more: each row tells which words it has read so far, a rare word moves the noun
/// behind it, and a coined word says what it was coined for. Without the first, a word that pictures do not show leaves no trace, and no method could tie a subject to it.
/// </summary>
internal sealed class ClipTraining : nn.Module
{
    // Few thousand steps do not pin a free temperature; far above this one pair of twins in a batch blows up the loss.
    private const double LargestScale = 50;

    private const double WordsWeight = 8;

    // Without these terms a class noun's row with and without a rare word has a mean cosine of .90 to .92, whatever the words weigh.
    private const double MarginWeight = 2;
    private const int MarginCaptions = 64;

    // 3000 batches of 512 read .99 of what the words say with 8 and with 24, and tell nouns apart (cosines .56 and .51). 1200 of 192 read .19 with 2 (nouns .39)
    // and .95 with 24, which leaves the nouns alike (.98): what counts so much is learned first.
    private const double CoinedWeight = 8;

    private readonly ClipModel _clip;
    private readonly AttributeHeads _attributes;
    private readonly Linear? _words;
    private readonly TextMargins? _margin;
    private readonly CoinedLesson? _coined;
    private readonly Tensor _used;
    private readonly long _vocabulary;
    private readonly long _end;

    /// <param name="clip">Both towers.</param>
    /// <param name="margin">What the generator's text encoder learns besides: the margins of its words, and the words it has read. None for a judge.</param>
    /// <param name="coined">And the words coined for it. None for a judge.</param>
    /// <param name="used">Which tokens occur in the captions: bool [vocabulary].</param>
    public ClipTraining(ClipModel clip, TextMargins? margin, CoinedLesson? coined, Tensor used)
        : base(nameof(ClipTraining))
    {
        _clip = clip;
        _margin = margin;
        _coined = coined;
        _vocabulary = clip.Text.VocabularySize;
        _end = clip.Text.EosTokenId;
        _attributes = new AttributeHeads(clip.Vision.HiddenSize);
        _words = margin is null ? null : nn.Linear(clip.Text.HiddenSize, _vocabulary);
        // Start and end say nothing, and words that never occur have nothing to learn.
        _used = used.clone();
        _used[TensorIndex.Slice(_end - 1)] = false;
        _used = _used.to_type(ScalarType.Float32).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>The loss of a batch: pictures [n,3,S,S] in [-1, 1], a caption of each [n,L], and the truth of the pictures' <paramref name="rows"/>.</summary>
    public Tensor Loss(Tensor pictures, Tensor captions, AttributeTargets targets, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var prompts = _coined?.Mix(captions, rows);
        var ids = prompts?.Ids ?? captions;
        var tokens = _clip.TokenEmbeddings(ids);
        var text = _clip.EncodeText(prompts is null ? tokens : _coined!.Place(tokens, prompts), ids);
        var picture = _clip.EncodeImages(pictures);
        var loss = Contrast(_clip.ProjectText(text.Pooled), _clip.ProjectImages(picture)) + _attributes.Loss(picture, targets, rows);
        var (states, counted) = (text.LastHiddenState, UpToTheEnd(ids));
        if (_margin is not null)
        {
            loss = loss + (WordsWeight * Words(states, ids, counted)) + (MarginWeight * Margin(states, ids));
        }

        if (prompts is not null)
        {
            loss = loss + (CoinedWeight * _coined!.Loss(states, prompts, counted));
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>What the rows behind coined words know of the numbers these say, for captions [n,L] of the pictures <paramref name="rows"/>: 1 for everything, 0 for no more than their means.</summary>
    public double CoinedRead(Tensor captions, Tensor rows)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var prompts = _coined!.Mix(captions, rows);
        var states = _clip.EncodeText(_coined.Place(_clip.TokenEmbeddings(prompts.Ids), prompts), prompts.Ids).LastHiddenState;
        return 1 - (_coined.Loss(states, prompts, UpToTheEnd(prompts.Ids)) / prompts.Said.var([0], unbiased: false).mean()).item<float>();
    }

    // The last captions: the first hold coined words, which are not in their ids.
    private Tensor Margin(Tensor states, Tensor ids)
    {
        var some = Math.Min(MarginCaptions, ids.shape[0] / 2);
        var first = ids.shape[0] - some;
        return _margin!.Excess(ids.narrow(0, first, some), states.narrow(0, first, some), captions => _clip.EncodeText(captions).LastHiddenState);
    }

    private Tensor Contrast(Tensor text, Tensor picture)
    {
        var cosines = Unit(text).matmul(Unit(picture).t()) * _clip.LogitScale.exp().clamp(max: LargestScale);
        var own = arange(cosines.shape[0], dtype: ScalarType.Int64, device: cosines.device);
        return (nn.functional.cross_entropy(cosines, own) + nn.functional.cross_entropy(cosines.t(), own)) / 2;
    }

    // Multi-label: row i against the set of ids up to i.
    private Tensor Words(Tensor states, Tensor ids, Tensor counted)
    {
        var read = nn.functional.one_hot(ids, _vocabulary).cumsum(1).clamp(max: 1).to_type(ScalarType.Float32);
        var wrong = nn.functional.binary_cross_entropy_with_logits(_words!.call(states).to_type(ScalarType.Float32), read, reduction: nn.Reduction.None);
        var perRow = (wrong * _used).sum(-1) / _used.sum();
        return (perRow * counted).sum() / counted.sum();
    }

    // 1 up to a caption's end token, 0 for the padding behind it: fp32 [n, L].
    private Tensor UpToTheEnd(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var ends = ids.eq(_end).to_type(ScalarType.Int64);
        return (ends.cumsum(1) - ends).eq(0).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Unit(Tensor features)
    {
        var exact = features.to_type(ScalarType.Float32);
        return exact / exact.norm(1, keepdim: true);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _used.Dispose();
        }

        base.Dispose(disposing);
    }
}
