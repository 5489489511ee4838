using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>
/// Looks prompts up in the frozen token table and puts a concept's learned rows where its placeholder ids stand (Gal et al. 2022, section 4).
/// The rows are a tensor of their own, so gradients, optimizer and weight decay cannot reach any other word.
/// </summary>
public static class ConceptLookup
{
    /// <summary>Token embeddings [n,L,D] of a batch of prompts.</summary>
    /// <param name="model">The text encoder; its table is only read.</param>
    /// <param name="ids">[n,L] of int64. Ids from the table's size on take row (id - size) of <paramref name="conceptRows"/>.</param>
    /// <param name="conceptRows">[k,D], or null where no prompt holds a placeholder.</param>
    public static Tensor Embed(ClipTextEncoder model, Tensor ids, Tensor? conceptRows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(ids);
        if (conceptRows is null)
        {
            return model.TokenEmbeddings(ids);
        }

        using var scope = NewDisposeScope();
        var size = model.Config.VocabularySize;
        var isConcept = ids.ge(size);
        // Both lookups need an id they know at every place; what they find at the other's places is not used and gets no gradient.
        var words = model.TokenEmbeddings(ids.masked_fill(isConcept, 0));
        var rows = conceptRows.index_select(0, (ids - size).clamp_min(0).flatten()).view(words.shape).to(words.dtype);
        return where(isConcept.unsqueeze(-1), rows, words).MoveToOuterDisposeScope();
    }
}
