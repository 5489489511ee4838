using System.Diagnostics;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;
using Diptych.Comparison.Families;
using Diptych.DreamBooth;
using Diptych.Reports.Data;
using Diptych.TextualInversion;

namespace Diptych.Comparison.Arms;

/// <summary>
/// Makes the arms: the base model three times (with DreamBooth's prompts, asked for the class noun, and given a description), and the two methods trained on the same photos with the same
/// stream of noise and timesteps. What a run folder holds already is loaded instead of trained again.
/// </summary>
internal sealed class ArmBuilder(ComparisonOptions options, PhotoSet photos, WorkPlan plan, CancellationToken cancellation)
{
    private const string BaseWeights = "base";

    public Arm Base(StableDiffusion sd) => new(
        new ArmRecord { Id = ArmIds.Base, Title = "Base model", Method = "The untouched model, asked with DreamBooth's prompts: what the identifier draws before anything is learned." },
        sd, BaseWeights, IdentifierWording());

    public Arm Class(StableDiffusion sd) => new(
        new ArmRecord
        {
            Id = ArmIds.Class,
            Title = "Class noun",
            Method = $"The untouched model, asked for \"a {options.ClassNoun}\" wherever Textual Inversion is asked for its word: where that word starts.",
        },
        sd, BaseWeights, PromptFamilies.ClassWording(options.ClassNoun));

    public Arm Words(StableDiffusion sd, string description) => new(
        new ArmRecord
        {
            Id = ArmIds.Words,
            Title = "Words alone",
            Method = $"The untouched model, given a description of the subject (\"{description}\"): what could be had without learning anything.",
        },
        sd, BaseWeights, WordsWording(description));

    public Arm TextualInversion()
    {
        var settings = options.ForTextualInversion();
        var sd = options.LoadModel(trainsUNet: false);
        var folder = TrainFolder(ArmIds.TextualInversion);
        using var latents = PhotoLatents.Create(sd, photos, Transform(sd), options.Seed);
        var result = TextualInversionTrainer.Train(sd, latents, settings, folder, resume: true, p => plan.Report(p.Step), cancellation);
        return new Arm(
            new ArmRecord
            {
                Id = ArmIds.TextualInversion,
                Title = "Textual Inversion",
                Method = $"One new word learned from {photos.Photos.Count} photos and the templates of the reference script; the network stays as it is.",
                Placeholder = settings.PlaceholderToken,
                Steps = settings.Training.MaxTrainSteps,
                Seconds = result.Seconds,
                MillisecondsPerStep = 1000 * result.Seconds / settings.Training.MaxTrainSteps,
                TrainedParameters = result.TrainedParameters,
                ArtifactBytes = new FileInfo(result.EmbeddingFile).Length,
                LearnedRowNorm = result.RowNorm,
                TypicalRowNorm = result.TypicalNorm,
            },
            sd, ArmIds.TextualInversion, PlaceholderWording());
    }

    public Arm DreamBooth(bool prior)
    {
        var id = prior ? ArmIds.DreamBoothPrior : ArmIds.DreamBooth;
        var settings = options.ForDreamBooth(prior);
        var sd = options.LoadModel(trainsUNet: true);
        var folder = TrainFolder(id);
        using var latents = PhotoLatents.Create(sd, photos, Transform(sd), options.Seed);
        var notes = new List<string>();
        PhotoLatents? classLatents = null;
        if (prior)
        {
            var clock = Stopwatch.StartNew();
            var classImages = ClassImages.Ensure(sd, settings, Path.Combine(options.OutputDir, "class-images"), options.Generation, (done, _) => plan.Report(done), cancellation);
            classLatents = PhotoLatents.Create(sd, classImages, Transform(sd), options.Seed);
            notes.Add($"{classImages.Photos.Count} class images drawn from the untouched model in {clock.Elapsed.TotalSeconds:0} s.");
            plan.Begin(Stage(id));
        }

        using (classLatents)
        {
            var result = DreamBoothTrainer.Train(sd, latents, classLatents, settings, folder, resume: true, p => plan.Report(p.Step), cancellation);
            var model = Path.Combine(options.OutputDir, "models", id);
            DreamBoothExport.Write(sd, settings.TrainTextEncoder, model);
            return new Arm(Record(id, prior, settings, result, model, notes), sd, id, IdentifierWording());
        }
    }

    /// <summary>Name of an arm's training stage.</summary>
    public static string Stage(string arm) => arm switch
    {
        ArmIds.TextualInversion => "Training Textual Inversion",
        ArmIds.DreamBooth => "Training DreamBooth",
        _ => "Training DreamBooth with prior preservation",
    };

    private static ArmRecord Record(string id, bool prior, DreamBoothOptions settings, DreamBoothResult result, string model, List<string> notes) => new()
    {
        Id = id,
        Title = prior ? "DreamBooth + prior" : "DreamBooth",
        Method = prior
            ? "The network fine-tuned on one prompt, while its own pictures of the class hold it to what it drew before."
            : "The network fine-tuned on one prompt with a rare identifier; the text encoder stays as it is.",
        InstancePrompt = settings.InstancePrompt,
        Steps = settings.Training.MaxTrainSteps,
        Seconds = result.Seconds,
        MillisecondsPerStep = 1000 * result.Seconds / settings.Training.MaxTrainSteps,
        TrainedParameters = result.TrainedParameters,
        ArtifactBytes = new FileInfo(Path.Combine(model, "unet", "diffusion_pytorch_model.safetensors")).Length,
        Notes = notes,
    };

    private static ImageTransform Transform(StableDiffusion sd) => new() { Size = sd.PictureSize };

    private string TrainFolder(string arm) => Path.Combine(options.OutputDir, RunFolder.TrainFolder, arm);

    private SubjectWording IdentifierWording() => new(
        options.InstancePrompt, $"{options.Identifier} {options.ClassNoun}", options.Identifier, $"{{0}} {options.Identifier} {options.ClassNoun}", options.OtherIdentifier);

    private SubjectWording PlaceholderWording() => new(
        $"a photo of a {options.Placeholder}", options.Placeholder, options.Placeholder, $"{{0}} {options.Placeholder}");

    private SubjectWording WordsWording(string description)
    {
        var withoutNoun = string.Join(' ', description.Split(' ').Where(w => w != options.ClassNoun));
        return new SubjectWording($"a photo of a {description}", description, withoutNoun, $"{{0}} {options.ClassNoun}");
    }
}
