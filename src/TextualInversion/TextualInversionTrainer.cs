using Diptych.Common.Pipelines;
using Diptych.Common.Products;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.TextualInversion;

/// <summary>Photos in, a learned word out.</summary>
public static class TextualInversionTrainer
{
    /// <summary>Trains on a freshly loaded pipeline and writes the word into the run folder. The pipeline then knows the word.</summary>
    /// <param name="sd">A freshly loaded, frozen pipeline.</param>
    /// <param name="photos">The subject's latents.</param>
    /// <param name="options">What to learn and how.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="resume">Whether to go on from the folder's latest checkpoint.</param>
    /// <param name="progress">Told where the run stands after each step.</param>
    /// <param name="cancellation">Stops between two steps, after a checkpoint.</param>
    /// <exception cref="Common.DiptychException">An option, a file or the loss is not as it must be; the message says which.</exception>
    public static TextualInversionResult Train(
        StableDiffusion sd, PhotoLatents photos, TextualInversionOptions options, string folder, bool resume = false,
        Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(photos);
        using var concept = Prepare(sd, options);
        return Train(sd, concept, photos, options, folder, resume, progress, cancellation);
    }

    /// <summary>
    /// Adds the word to a freshly loaded pipeline and makes sure that it, its initializer and every template fit the model: all that can be wrong about
    /// words, before any work is spent on photos.
    /// </summary>
    /// <exception cref="Common.DiptychException">An option, the word, its initializer or a template does not fit; the message says which.</exception>
    public static ConceptEmbedding Prepare(StableDiffusion sd, TextualInversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidation.Check(options);
        OptionsValidation.Check(options.Training);
        var concept = ConceptEmbedding.Create(sd, options);
        try
        {
            ConceptTemplates.Read(sd, options);
            return concept;
        }
        catch
        {
            concept.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Trains a prepared word. Beside the final file the run folder gets the word as it was at each checkpoint, <c>learned_embeds-steps-N.safetensors</c>:
    /// a few kilobytes each, and all of them are kept for comparison, however few checkpoints are.
    /// </summary>
    /// <param name="sd">The pipeline the word was prepared with.</param>
    /// <param name="concept">The word, as <see cref="Prepare"/> made it with the same options.</param>
    /// <param name="photos">The subject's latents.</param>
    /// <param name="options">What to learn and how.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="resume">Whether to go on from the folder's latest checkpoint.</param>
    /// <param name="progress">Told where the run stands after each step.</param>
    /// <param name="cancellation">Stops between two steps, after a checkpoint.</param>
    /// <exception cref="Common.DiptychException">A file or the loss is not as it must be; the message says which.</exception>
    public static TextualInversionResult Train(
        StableDiffusion sd, ConceptEmbedding concept, PhotoLatents photos, TextualInversionOptions options, string folder, bool resume = false,
        Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(concept);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(options);
        using var kept = KeptKernels.Of([sd.UNet, .. sd.Text.Encoders.Select(encoder => encoder.Model)]);
        using var scope = NewDisposeScope();
        var start = concept.Rows[0].detach().clone();
        var batches = new TextualInversionBatches(sd, photos, options);
        IReadOnlyList<string> Write(string name) => EmbeddingFile.Write(Path.Combine(folder, name), options.PlaceholderToken, concept.Rows);
        var loop = new TrainingLoop(options.Training, new TextualInversionStep(sd, concept), batches.DatasetLength, batches.Build)
        {
            AtCheckpoint = step => Write(EmbeddingFile.NameAt(step)),
        };
        var run = new TrainingRun(folder, options.Training, Fingerprint(sd, photos, options, batches.TemplatesHash), resume);
        var seconds = loop.Run(run, progress, cancellation);

        var files = Write(EmbeddingFile.Name);
        sd.Text.SetConceptRows(concept.Placeholders, concept.Rows);
        using var noGradient = no_grad();
        var rows = concept.Rows[0];
        return new TextualInversionResult(
            files[0],
            files,
            seconds,
            concept.Rows.Sum(r => r.NumberOfElements),
            rows.norm(1).mean().item<float>(),
            sd.TextEncoder.TokenTable.norm(1).median().item<float>(),
            (rows - start).norm(1).mean().item<float>());
    }

    private static Dictionary<string, string> Fingerprint(StableDiffusion sd, PhotoLatents photos, TextualInversionOptions options, string templates) => new(StringComparer.Ordinal)
    {
        ["model"] = sd.Source.Hash(),
        ["photos"] = photos.Key,
        ["templates"] = templates,
        // What the templates say counts, not where they lie; and repeats count where they are in effect.
        ["options"] = (options with { Training = TrainingFingerprint.Of(options.Training), TemplateFile = null, Repeats = options.RepeatsInEffect }).ToString(),
    };
}
