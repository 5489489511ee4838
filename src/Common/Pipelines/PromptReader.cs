using Diptych.Common.Text;
using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>
/// Prompts as text for the UNet, read as <see cref="GenerationOptions"/> say: with weights or without, to the end or to the model's length,
/// from the text encoder's end or from before it. By default exactly as the model was trained to be told.
/// </summary>
public sealed class PromptReader
{
    private readonly TextConditioner _text;
    private readonly GenerationOptions _options;

    /// <summary>Reads prompts for a model.</summary>
    /// <exception cref="DiptychException">The layers to skip are more than the text encoder can spare.</exception>
    public PromptReader(TextConditioner text, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        (_text, _options) = (text, options);

        // Two encoders are read before their last layer already, and what is left must be a layer and not the mere token table.
        var spare = text.Encoders.Min(e => e.Model.Config.Transformer.Layers) - (text.Encoders.Count > 1 ? 2 : 1);
        if (options.ClipSkip > spare)
        {
            throw new DiptychException($"--clip-skip {options.ClipSkip} leaves no layer of this model's text encoder: choose from 0 to {spare}.");
        }
    }

    /// <summary>A prompt's ids and weights for one of the model's text encoders, by default the first.</summary>
    /// <exception cref="DiptychException">The prompt's brackets do not pair up, or it is cut before a learned word.</exception>
    public PromptChunks Chunks(string prompt, int encoder = 0)
    {
        var tokenizer = _text.Encoders[encoder].Tokenizer;
        var chunks = PromptChunks.Split(tokenizer, Spans(prompt));
        return _options.LongPrompts ? chunks : chunks.First(tokenizer);
    }

    /// <summary>Tokens of the whole prompt, with one begin and one end, whether all are read or not.</summary>
    /// <exception cref="DiptychException">The prompt's brackets do not pair up.</exception>
    public int Length(string prompt) => Pieces(prompt).Count + 2;

    /// <summary>The pieces the whole prompt is spelled with, without the marks that weigh them.</summary>
    /// <exception cref="DiptychException">The prompt's brackets do not pair up.</exception>
    public IReadOnlyList<string> Pieces(string prompt) => [.. Spans(prompt).SelectMany(span => _text.Encoders[0].Tokenizer.Pieces(span.Text))];

    /// <summary>The chunks the longest of these prompts has.</summary>
    /// <exception cref="DiptychException">See <see cref="Chunks"/>.</exception>
    public int LargestCount(IEnumerable<string> prompts) => prompts.SelectMany(prompt => _text.Encoders.Select((_, e) => Chunks(prompt, e).Count)).DefaultIfEmpty(1).Max();

    /// <summary>Prompts, without sizes: [n, chunks·L, D], a batch in as many chunks as its longest prompt has, and at least <paramref name="chunks"/>.</summary>
    /// <exception cref="DiptychException">See <see cref="Chunks"/>.</exception>
    public PromptConditioning Read(IReadOnlyList<string> prompts, int chunks = 1)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var scope = NewDisposeScope();
        var read = _text.Encoders.Select((encoder, e) => prompts.Select(prompt => Chunks(prompt, e)).ToList()).ToList();
        var count = Math.Max(chunks, read.Max(each => each.Max(prompt => prompt.Count)));
        var padded = _text.Encoders.Select((encoder, e) => read[e].Select(prompt => prompt.Padded(encoder.Tokenizer, count)).ToList()).ToList();
        var encoded = Encode([.. padded.Select(each => each.SelectMany(prompt => prompt.Ids))]);
        var states = encoded.Text;
        if (padded[0].Any(prompt => prompt.Weighted))
        {
            // Every tokenizer of a model splits words alike, so the first one's weights are the weights of all.
            var weights = tensor(padded[0].SelectMany(prompt => prompt.Weights).SelectMany(w => w).ToArray(), states.shape[0], states.shape[1], device: states.device);
            states = PromptEmphasis.Apply(states, weights, Encode([.. _text.Encoders.Select(e => (IEnumerable<long[]>)[e.Tokenizer.EncodePadded("")])]).Text);
        }

        // The summary is the first chunk's: one vector has no second place to go.
        var (n, width) = (prompts.Count, states.shape[2]);
        return new PromptConditioning(
            states.reshape(n, -1, width),
            encoded.Pooled is { } pooled ? pooled.reshape(n, count, -1).select(1, 0).contiguous() : null).MoveToOuterDisposeScope();
    }

    private IReadOnlyList<WeightedSpan> Spans(string prompt) => _options.PromptWeights ? PromptWeights.Parse(prompt) : [new WeightedSpan(prompt, 1)];

    private PromptConditioning Encode(IReadOnlyList<IEnumerable<long[]>> ids)
    {
        var tokens = ids.Zip(_text.Encoders, (rows, encoder) =>
            tensor(rows.SelectMany(row => row).ToArray(), device: encoder.Model.TokenTable.device).reshape(-1, encoder.Tokenizer.MaxLength));
        return _text.Encode(new PromptTokens([.. tokens]), clipSkip: _options.ClipSkip);
    }
}
