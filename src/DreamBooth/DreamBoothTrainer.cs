using Diptych.Common.Layers;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;
using static TorchSharp.torch;

namespace Diptych.DreamBooth;

/// <summary>Photos in, a fine-tuned network out.</summary>
public static class DreamBoothTrainer
{
    /// <summary>Trains a freshly loaded pipeline in place; <see cref="DreamBoothExport"/> writes it.</summary>
    /// <param name="sd">A freshly loaded pipeline; afterwards it holds the learned weights, frozen.</param>
    /// <param name="photos">The subject's latents.</param>
    /// <param name="classImages">The class images' latents; needed with prior preservation and only then.</param>
    /// <param name="options">What to learn and how.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="resume">Whether to go on from the folder's latest checkpoint.</param>
    /// <param name="progress">Told where the run stands after each step.</param>
    /// <param name="cancellation">Stops between two steps, after a checkpoint.</param>
    /// <exception cref="Common.DiptychException">An option, a file or the loss is not as it must be; the message says which.</exception>
    public static DreamBoothResult Train(
        StableDiffusion sd, PhotoLatents photos, PhotoLatents? classImages, DreamBoothOptions options, string folder, bool resume = false,
        Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sd);
        ArgumentNullException.ThrowIfNull(photos);
        Check(options, classImages);
        using var scope = NewDisposeScope();
        using var step = new DreamBoothStep(sd, options);
        using var batches = new DreamBoothBatches(sd, photos, classImages, options);
        var loop = new TrainingLoop(options.Training, step, batches.DatasetLength, batches.Build);
        var seconds = loop.Run(new TrainingRun(folder, options.Training, Fingerprint(sd, photos, classImages, options), resume), progress, cancellation);
        sd.UNet.SetLearning(false);
        sd.Text.SetLearning(false);
        return new DreamBoothResult(seconds, step.Trainable.Sum(p => p.Value.NumberOfElements));
    }

    private static void Check(DreamBoothOptions options, PhotoLatents? classImages)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidation.Check(options);
        OptionsValidation.Check(options.Training);
        options.RequireFit();
        if (options.WithPriorPreservation != (classImages is not null))
        {
            throw new ArgumentException("Class images belong to prior preservation, and only to it.", nameof(classImages));
        }
    }

    private static Dictionary<string, string> Fingerprint(StableDiffusion sd, PhotoLatents photos, PhotoLatents? classImages, DreamBoothOptions options) => new(StringComparer.Ordinal)
    {
        ["model"] = sd.Source.Hash(),
        ["photos"] = photos.Key,
        ["class images"] = classImages?.Key ?? "none",
        ["options"] = (options with { Training = TrainingFingerprint.Of(options.Training), ClassDataDir = null }).ToString(),
    };
}
