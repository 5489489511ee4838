using System.ComponentModel.DataAnnotations;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.DreamBooth;
using Diptych.TextualInversion;
using TorchSharp;

namespace Diptych.Comparison;

/// <summary>What is compared, on which model, and how much is drawn.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Folder of the subject: photos, or a laboratory subject with <c>references/</c> and <c>held-out/</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The class noun, such as <c>dog</c>.</summary>
    public required string ClassNoun { get; init; }

    /// <summary>Model folder in diffusers' layout.</summary>
    public required string Model { get; init; }

    /// <summary>Folder the run is written to.</summary>
    public required string OutputDir { get; init; }

    /// <summary>Whether to go on with an interrupted run.</summary>
    public bool Resume { get; init; }

    /// <summary>Names every random draw. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>What the words-alone arm says of the subject; default the laboratory's nearest caption.</summary>
    public string? Description { get; init; }

    /// <summary>The rare word of the instance prompt. Default <c>sks</c>.</summary>
    public string Identifier { get; init; } = "sks";

    /// <summary>A rare word that nothing is taught, to be held against the identifier. Default <c>zwx</c>.</summary>
    public string OtherIdentifier { get; init; } = "zwx";

    /// <summary>The new word of Textual Inversion. Default <c>&lt;subject&gt;</c>.</summary>
    public string Placeholder { get; init; } = "<subject>";

    /// <summary>The word Textual Inversion starts from, one token of the model's. Default the class noun.</summary>
    public string? InitializerToken { get; init; }

    /// <summary>Pictures for each arm and family. Default 12: three initial latents in each of four contexts.</summary>
    [Range(4, 1000)]
    public int Pictures { get; init; } = 12;

    /// <summary>Steps of Textual Inversion. Default 300.</summary>
    [Range(1, 1_000_000)]
    public int TextualInversionSteps { get; init; } = 300;

    /// <summary>Learning rate of Textual Inversion. Default 3e-3: on the embedded model 5e-3 drives the word's norm to five times the usual.</summary>
    [Range(0.0, 10.0)]
    public double TextualInversionLearningRate { get; init; } = 3e-3;

    /// <summary>Steps of DreamBooth, with and without prior preservation. Default 250.</summary>
    [Range(1, 1_000_000)]
    public int DreamBoothSteps { get; init; } = 250;

    /// <summary>Learning rate of DreamBooth. Default 1e-4.</summary>
    [Range(0.0, 10.0)]
    public double DreamBoothLearningRate { get; init; } = 1e-4;

    /// <summary>Photos a training pass sees.</summary>
    [Range(1, 4096)]
    public int TrainBatchSize { get; init; } = 4;

    /// <summary>Class images for prior preservation.</summary>
    [Range(1, 100_000)]
    public int NumClassImages { get; init; } = 48;

    /// <summary>Weight of the class images' loss in prior preservation. Default 1: both count alike.</summary>
    [Range(0.0, 100.0)]
    public double PriorLossWeight { get; init; } = 1;

    /// <summary>How pictures are drawn.</summary>
    public GenerationOptions Generation { get; init; } = new() { Steps = 16, GuidanceScale = 3, BatchSize = 12 };

    /// <summary>Where the networks run; judges stay on the CPU. Default there.</summary>
    public DeviceType Device { get; init; } = DeviceType.CPU;

    /// <summary>Precision of matrix products in training and drawing. Default fp32.</summary>
    public MixedPrecision MixedPrecision { get; init; }

    /// <summary>The prompt DreamBooth is trained with.</summary>
    public string InstancePrompt => $"a photo of {Identifier} {ClassNoun}";

    /// <summary>The prompt of the class images.</summary>
    public string ClassPrompt => $"a photo of {ClassNoun}";

    /// <summary>Loads a copy of the model where the networks run.</summary>
    /// <param name="trainsUNet">Whether this copy's UNet will learn; one that does not is kept in the type its products are computed in.</param>
    internal StableDiffusion LoadModel(bool trainsUNet)
    {
        var device = new torch.Device(Device);
        return StableDiffusion.Load(Model, device, options: trainsUNet ? null : new ModelOptions().WithFrozenUNet(MixedPrecision, device));
    }

    /// <summary>Textual Inversion's options.</summary>
    public TextualInversionOptions ForTextualInversion()
    {
        var plain = new TextualInversionOptions { PlaceholderToken = Placeholder, InitializerToken = InitializerToken ?? ClassNoun };
        return plain with
        {
            Training = plain.Training with
            {
                MaxTrainSteps = TextualInversionSteps,
                TrainBatchSize = TrainBatchSize,
                LearningRate = TextualInversionLearningRate,
                Seed = Seed,
                MixedPrecision = MixedPrecision,
                CheckpointingSteps = 100,
                CheckpointsTotalLimit = 1,
            },
        };
    }

    /// <summary>DreamBooth's options.</summary>
    public DreamBoothOptions ForDreamBooth(bool prior)
    {
        var plain = new DreamBoothOptions { InstancePrompt = InstancePrompt, ClassPrompt = ClassPrompt, WithPriorPreservation = prior };
        return plain with
        {
            NumClassImages = NumClassImages,
            PriorLossWeight = PriorLossWeight,
            Training = plain.Training with
            {
                MaxTrainSteps = DreamBoothSteps,
                TrainBatchSize = TrainBatchSize,
                LearningRate = DreamBoothLearningRate,
                Seed = Seed,
                MixedPrecision = MixedPrecision,
                CheckpointingSteps = 100,
                CheckpointsTotalLimit = 1,
            },
        };
    }
}
