using Diptych.Common.Layers;
using Diptych.Common.Text;
using Diptych.Common.Unet;
using Diptych.Common.Weights;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>
/// A model's text side: one encoder in Stable Diffusion 1 and 2, two in XL. With one, the UNet reads its last state after the final norm; with
/// two, the last but one of each without the norm, side by side, and the second's projected summary (Podell et al. 2023, section 2.1).
/// </summary>
public sealed class TextConditioner : IDisposable
{
    /// <summary>Takes over the encoders, in the order in which the UNet reads them.</summary>
    public TextConditioner(IReadOnlyList<PromptEncoder> encoders)
    {
        ArgumentNullException.ThrowIfNull(encoders);
        Encoders = encoders;
    }

    /// <summary>Loads the text encoders of a model.</summary>
    /// <param name="source">The model.</param>
    /// <param name="placement">Device and type of the weights; default fp32 on the CPU.</param>
    /// <param name="tokenizers">Its tokenizers, where they have been read already.</param>
    /// <exception cref="DiptychException">A file is missing, damaged, or does not fit the others; the message names it.</exception>
    public static TextConditioner Load(ModelSource source, WeightPlacement? placement = null, IReadOnlyList<ClipTokenizer>? tokenizers = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        tokenizers ??= [.. source.Tokenizers.Select(source.Tokenizer)];
        var first = new PromptEncoder(tokenizers[0], ClipTextModel.Load(source.Network("text_encoder"), placement));
        return new TextConditioner(source.IsXl
            ? [first, new PromptEncoder(tokenizers[1], ClipTextModelWithProjection.Load(source.Network("text_encoder_2"), placement))]
            : [first]);
    }

    /// <summary>The encoders, in the order in which the UNet reads them.</summary>
    public IReadOnlyList<PromptEncoder> Encoders { get; }

    /// <summary>Width of a row the UNet reads, D: the encoders' widths together.</summary>
    public int Width => Encoders.Sum(e => e.Width);

    /// <summary>Width of the summary, P; <see langword="null"/> where the model has none.</summary>
    public int? PooledWidth => Encoders.Count > 1 ? Encoders[^1].Model.Config.ProjectionDim : null;

    /// <summary>Makes the weights of every text encoder ask for gradients, or none.</summary>
    public void SetLearning(bool learns)
    {
        foreach (var encoder in Encoders)
        {
            encoder.Model.SetLearning(learns);
        }
    }

    /// <summary>Prompts as token ids on the model's device, for each encoder.</summary>
    /// <exception cref="DiptychException">A prompt is too long to keep its placeholder.</exception>
    public PromptTokens Tokenize(IReadOnlyList<string> prompts) => new([.. Encoders.Select(e => e.Tokenize(prompts))]);

    /// <summary>What the UNet reads of prompts, without sizes.</summary>
    /// <param name="tokens">The prompts' ids.</param>
    /// <param name="conceptRows">For each encoder, rows that stand for the placeholders instead of the kept ones: those being learned.</param>
    /// <param name="clipSkip">Layers left out at the end (<see cref="GenerationOptions.ClipSkip"/>).</param>
    public PromptConditioning Encode(PromptTokens tokens, IReadOnlyList<Tensor>? conceptRows = null, int clipSkip = 0)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using var scope = NewDisposeScope();
        var two = Encoders.Count > 1;
        var outputs = Encoders.Select((e, i) => e.Encode(tokens.Ids[i], allHiddenStates: two || clipSkip > 0, conceptRows?[i])).ToList();
        var text = two ? cat([.. outputs.Select(o => o.HiddenStates[^(2 + clipSkip)])], -1)
            : clipSkip > 0 ? Encoders[0].Model.FinalNorm(outputs[0].HiddenStates[^(1 + clipSkip)])
            : outputs[0].LastHiddenState;
        return new PromptConditioning(text, two ? outputs[^1].Projected : null).MoveToOuterDisposeScope();
    }

    /// <summary>Teaches every encoder a word: adds the token and keeps copies of its rows, [k, D] for each encoder's D.</summary>
    /// <exception cref="DiptychException">The token is taken, or the rows are of another model.</exception>
    public PlaceholderToken AddConcept(string token, IReadOnlyList<Tensor> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count != Encoders.Count)
        {
            throw new DiptychException($"The embedding of {token} is for {Count(rows.Count)} and this model has {Encoders.Count}: use an embedding trained for this model{(Encoders.Count > rows.Count ? ", with learned_embeds_2.safetensors beside learned_embeds.safetensors" : "")}.");
        }

        if (rows.Zip(Encoders).Any(p => p.First.dim() != 2 || p.First.shape[1] != p.Second.Width || p.First.shape[0] != rows[0].shape[0]))
        {
            var given = string.Join(" and ", rows.Select(r => $"[{string.Join(", ", r.shape)}]"));
            var wanted = string.Join(" and ", Encoders.Select(e => e.Width));
            throw new DiptychException($"The embedding of {token} has shape {given}; {(Encoders.Count > 1 ? "these text encoders take" : "this text encoder takes")} rows of {wanted}: use an embedding trained for this model.");
        }

        var placeholders = Encoders.Select(e => e.Tokenizer.AddPlaceholder(token, (int)rows[0].shape[0])).ToList();
        SetConceptRows(placeholders, rows);
        return placeholders[0];
    }

    private static string Count(int encoders) => encoders == 1 ? "1 text encoder" : $"{encoders} text encoders";

    /// <summary>Keeps copies of the rows of a word the tokenizers have been given already: a word just learned.</summary>
    public void SetConceptRows(IReadOnlyList<PlaceholderToken> placeholders, IReadOnlyList<Tensor> rows)
    {
        ArgumentNullException.ThrowIfNull(placeholders);
        ArgumentNullException.ThrowIfNull(rows);
        for (var i = 0; i < Encoders.Count; i++)
        {
            Encoders[i].SetConceptRows(placeholders[i], rows[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var encoder in Encoders)
        {
            encoder.Dispose();
        }
    }
}
