using System.Globalization;
using Diptych.Common.Pipelines;
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
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidation.Check(options);
        OptionsValidation.Check(options.Training);
        using var scope = NewDisposeScope();
        using var concept = ConceptEmbedding.Create(sd, options);
        var start = concept.Rows[0].detach().clone();
        var batches = new TextualInversionBatches(sd, photos, options);
        var loop = new TrainingLoop(options.Training, new TextualInversionStep(sd, concept), batches.DatasetLength, batches.Build);
        var seconds = loop.Run(new TrainingRun(folder, options.Training, Fingerprint(sd, photos, options), resume), progress, cancellation);

        var path = Path.Combine(folder, EmbeddingFile.Name);
        var files = EmbeddingFile.Write(path, options.PlaceholderToken, concept.Rows);
        sd.Text.SetConceptRows(concept.Placeholders, concept.Rows);
        using var noGradient = no_grad();
        var rows = concept.Rows[0];
        return new TextualInversionResult(
            path,
            files,
            seconds,
            concept.Rows.Sum(r => r.NumberOfElements),
            rows.norm(1).mean().item<float>(),
            sd.TextEncoder.TokenTable.norm(1).median().item<float>(),
            (rows - start).norm(1).mean().item<float>());
    }

    private static Dictionary<string, string> Fingerprint(StableDiffusion sd, PhotoLatents photos, TextualInversionOptions options) => new(StringComparer.Ordinal)
    {
        ["model"] = sd.Source.Hash(),
        ["photos"] = photos.Key,
        ["options"] = (options with { Training = TrainingFingerprint.Of(options.Training) }).ToString(),
        ["repeats"] = options.Repeats.ToString(CultureInfo.InvariantCulture),
    };
}
