using System.ComponentModel.DataAnnotations;
using Diptych.Common;
using Diptych.Common.Training;

namespace Diptych.DreamBooth;

/// <summary>What to teach the network and how. Names follow the reference script's flags.</summary>
public sealed record DreamBoothOptions
{
    /// <summary>The one prompt all photos are trained with: a rare identifier and the class noun, such as <c>a photo of sks dog</c>.</summary>
    public required string InstancePrompt { get; init; }

    /// <summary>The prompt of the class images, without the identifier; needed with prior preservation.</summary>
    public string? ClassPrompt { get; init; }

    /// <summary>Whether the network is held to what it drew for the class before. Default no.</summary>
    public bool WithPriorPreservation { get; init; }

    /// <summary>Weight of the class images' loss (lambda in the paper). Default 1: both count alike.</summary>
    [Range(0.0, 100.0)]
    public double PriorLossWeight { get; init; } = 1;

    /// <summary>Class images drawn once before training. Default 100.</summary>
    [Range(1, 100_000)]
    public int NumClassImages { get; init; } = 100;

    /// <summary>Where class images are kept between runs; default a folder inside the run's.</summary>
    public string? ClassDataDir { get; init; }

    /// <summary>Whether the text encoder (in Stable Diffusion XL, both) learns as well. Default no.</summary>
    public bool TrainTextEncoder { get; init; }

    /// <summary>Bound of the signal-to-noise ratio in the subject's loss weights (Hang et al. 2023, "Min-SNR"; 5 is the paper's). Default none: all timesteps weigh alike.</summary>
    [Range(1e-3, 1e6)]
    public double? SnrGamma { get; init; }

    /// <summary>Whether a tenth of a normal number is added to each channel of the noise, so that very dark and very light pictures can be learned. Default no.</summary>
    public bool OffsetNoise { get; init; }

    /// <summary>
    /// Steps, batch size and learning rate. Default: batch 4, the reference script's 5e-6, gradients clipped at norm 1. A larger rate soon makes a
    /// published model forget what it drew; the embedded one, of 12 million numbers, wants 1e-4, which <c>compare</c> sets itself.
    /// </summary>
    public TrainingOptions Training { get; init; } = new() { LearningRate = 5e-6, MaxGradNorm = 1 };

    /// <summary>Refuses options that do not go together, before anything is spent on them.</summary>
    /// <exception cref="DiptychException">A prompt is missing, or two options exclude each other; the message names them.</exception>
    public void RequireFit()
    {
        if (string.IsNullOrWhiteSpace(InstancePrompt))
        {
            throw new DiptychException("--instance-prompt is empty: give the prompt the photos are trained with, such as \"a photo of sks dog\".");
        }

        if (WithPriorPreservation && string.IsNullOrWhiteSpace(ClassPrompt))
        {
            throw new DiptychException("--with-prior-preservation needs --class-prompt: give the instance prompt without its identifier, such as \"a photo of dog\".");
        }

        if (this is { Training: { Parity: true, TrainBatchSize: > 1 }, WithPriorPreservation: true, SnrGamma: not null })
        {
            throw new DiptychException("--parity with --snr-gamma and --with-prior-preservation takes --train-batch-size 1, where alone the reference's weights fit its batch: choose 1, or leave --parity out.");
        }
    }
}
