using Diptych.Common.Text;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>One text encoder, the tokenizer whose ids it reads, and the rows of the words it was taught.</summary>
public sealed class PromptEncoder : IDisposable
{
    private Tensor? _conceptRows;

    /// <summary>Puts the two together.</summary>
    /// <exception cref="DiptychException">The tokenizer does not speak the model's ids.</exception>
    public PromptEncoder(ClipTokenizer tokenizer, ClipTextEncoder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.RequireFit(tokenizer);
        (Tokenizer, Model) = (tokenizer, model);
    }

    /// <summary>The tokenizer; placeholder tokens are added to it.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>The text encoder.</summary>
    public ClipTextEncoder Model { get; }

    /// <summary>Learned rows of placeholder tokens, [k, D], in the order of their ids; <see langword="null"/> where there are none.</summary>
    public Tensor? ConceptRows => _conceptRows;

    /// <summary>Width of a token, D.</summary>
    public int Width => Model.Config.HiddenSize;

    /// <summary>Prompts as token ids on the model's device, [n, L] int64.</summary>
    /// <exception cref="DiptychException">A prompt is too long to keep its placeholder.</exception>
    public Tensor Tokenize(IReadOnlyList<string> prompts)
    {
        using var scope = NewDisposeScope();
        return Tokenizer.EncodeBatch(prompts).to(Model.TokenTable.device).MoveToOuterDisposeScope();
    }

    /// <summary>What the text encoder makes of token ids, [n, L].</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="allHiddenStates">Whether to return every block's output too.</param>
    /// <param name="conceptRows">Rows that stand for the placeholders instead of the kept ones: those being learned.</param>
    public ClipTextOutput Encode(Tensor ids, bool allHiddenStates, Tensor? conceptRows = null)
    {
        using var words = ConceptLookup.Embed(Model, ids, conceptRows ?? _conceptRows);
        return Model.Encode(words, ids, allHiddenStates);
    }

    /// <summary>Keeps a copy of the rows, [k, D], of a word the tokenizer has been given already.</summary>
    public void SetConceptRows(PlaceholderToken placeholder, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(placeholder);
        ArgumentNullException.ThrowIfNull(rows);
        if (placeholder.Ids[0] != Tokenizer.VocabularySize + (_conceptRows?.shape[0] ?? 0) || placeholder.Ids.Count != rows.shape[0])
        {
            throw new ArgumentException("Rows follow the order in which words were added to the tokenizer.", nameof(placeholder));
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var copy = rows.detach().to(Model.TokenTable.device).to_type(ScalarType.Float32).clone();
        var all = (_conceptRows is null ? copy : cat([_conceptRows, copy])).DetachFromDisposeScope();
        _conceptRows?.Dispose();
        _conceptRows = all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _conceptRows?.Dispose();
        Model.Dispose();
    }
}
