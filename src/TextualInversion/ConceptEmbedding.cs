using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// The word being learned: k rows of their own for each text encoder, beside its vocabulary and not in it. The table never receives a gradient nor meets the optimizer,
/// so it is bit-identical before and after (in the reference the whole table is trained and all other rows are written back each step).
/// </summary>
public sealed class ConceptEmbedding : IDisposable
{
    private ConceptEmbedding(IReadOnlyList<PlaceholderToken> placeholders, IReadOnlyList<Parameter> rows)
    {
        Placeholders = placeholders;
        Rows = rows;
    }

    /// <summary>The word and its token ids, for each text encoder.</summary>
    public IReadOnlyList<PlaceholderToken> Placeholders { get; }

    /// <summary>The learned rows, [k, D] fp32 for each text encoder's D.</summary>
    public IReadOnlyList<Parameter> Rows { get; }

    /// <summary>Adds the placeholder to the pipeline's tokenizers and starts every row from the initializer's.</summary>
    /// <exception cref="DiptychException">The placeholder is in the vocabulary already, the pipeline has learned words, or the initializer is not one token.</exception>
    public static ConceptEmbedding Create(StableDiffusion pipeline, TextualInversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(options);
        if (pipeline.Text.Encoders[0].ConceptRows is not null)
        {
            throw new DiptychException("The pipeline holds learned words already: train the new one on a freshly loaded model.");
        }

        var encoders = pipeline.Text.Encoders;
        var initializers = encoders.Select(e => e.Tokenizer.InitializerId(options.InitializerToken)).ToList();
        var placeholders = encoders.Select(e => e.Tokenizer.AddPlaceholder(options.PlaceholderToken, options.NumVectors)).ToList();
        return new ConceptEmbedding(placeholders, [.. encoders.Select((e, i) => Start(e, initializers[i], options.NumVectors))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var rows in Rows)
        {
            rows.Dispose();
        }
    }

    private static Parameter Start(PromptEncoder encoder, long initializer, int vectors)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var row = encoder.Model.TokenTable.narrow(0, initializer, 1);
        return new Parameter(row.repeat(vectors, 1).clone().DetachFromDisposeScope());
    }
}
