using Diptych.Common;
using Diptych.Common.Pipelines;
using Diptych.Common.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>
/// The word being learned: k rows of their own, beside the vocabulary and not in it. The table never receives a gradient nor meets the optimizer,
/// so it is bit-identical before and after (in the reference the whole table is trained and all other rows are written back each step).
/// </summary>
public sealed class ConceptEmbedding : IDisposable
{
    private ConceptEmbedding(PlaceholderToken placeholder, Parameter rows)
    {
        Placeholder = placeholder;
        Rows = rows;
    }

    /// <summary>The word and its token ids.</summary>
    public PlaceholderToken Placeholder { get; }

    /// <summary>The learned rows, [k, D] fp32.</summary>
    public Parameter Rows { get; }

    /// <summary>Adds the placeholder to the pipeline's tokenizer and starts every row from the initializer's.</summary>
    /// <exception cref="DiptychException">The placeholder is in the vocabulary already, the pipeline has learned words, or the initializer is not one token.</exception>
    public static ConceptEmbedding Create(StableDiffusion pipeline, TextualInversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(options);
        if (pipeline.ConceptRows is not null)
        {
            throw new DiptychException("The pipeline holds learned words already: train the new one on a freshly loaded model.");
        }

        var initializer = pipeline.Tokenizer.InitializerId(options.InitializerToken);
        var placeholder = pipeline.Tokenizer.AddPlaceholder(options.PlaceholderToken, options.NumVectors);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var row = pipeline.TextEncoder.TokenEmbeddings(tensor(new long[] { initializer }, device: pipeline.Device).reshape(1, 1)).reshape(1, -1);
        var rows = new Parameter(row.repeat(options.NumVectors, 1).clone().DetachFromDisposeScope());
        return new ConceptEmbedding(placeholder, rows);
    }

    /// <inheritdoc/>
    public void Dispose() => Rows.Dispose();
}
