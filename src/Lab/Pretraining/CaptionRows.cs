using static TorchSharp.torch;

namespace Diptych.Lab.Pretraining;

/// <summary>Finds words in captions and the rows an encoder gives them.</summary>
internal static class CaptionRows
{
    /// <summary>Where each caption has the first word of a set: place int64 [n, 1], and 1 where there is one, fp32 [n].</summary>
    /// <param name="ids">Captions, int64 [n, L].</param>
    /// <param name="isOne">1 for the words of the set, fp32 [vocabulary].</param>
    public static (Tensor At, Tensor Found) First(Tensor ids, Tensor isOne)
    {
        using var scope = NewDisposeScope();
        var matches = isOne.index_select(0, ids.reshape(-1)).view(ids.shape);
        return (matches.argmax(1, keepdim: true).MoveToOuterDisposeScope(), matches.amax(1).MoveToOuterDisposeScope());
    }

    /// <summary>The rows of states [n, L, D] at places [n, 1]: fp32 [n, D].</summary>
    public static Tensor Row(Tensor states, Tensor at) => states.gather(1, at.unsqueeze(2).expand(-1, -1, states.shape[2])).squeeze(1).to_type(ScalarType.Float32);

    /// <summary>How far the cosines of two rows [n, D] lie above a margin, mean over the counted ones (fp32 [n] of 0 and 1): a scalar.</summary>
    public static Tensor Excess(Tensor first, Tensor second, double largestCosine, Tensor counted)
    {
        using var scope = NewDisposeScope();
        var above = (nn.functional.cosine_similarity(first, second, dim: 1) - largestCosine).relu();
        return ((above * counted).sum() / counted.sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }

    /// <summary>1 for each of the token ids <paramref name="words"/>, else 0: fp32 [vocabulary].</summary>
    public static Tensor Flags(IReadOnlyCollection<long> words, int vocabulary) =>
        tensor([.. Enumerable.Range(0, vocabulary).Select(id => words.Contains(id) ? 1f : 0f)]);
}
