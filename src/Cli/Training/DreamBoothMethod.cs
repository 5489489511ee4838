using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Terminals;
using Diptych.Common.Pipelines;
using Diptych.Common.Training;
using Diptych.DreamBooth;

namespace Diptych.Cli.Training;

/// <summary><c>train db</c>.</summary>
internal sealed class DreamBoothMethod : ITrainingMethod
{
    private const string ModelFolderName = "model";

    private readonly Option<string?> _instance = OptionKinds.Required("--instance-prompt", "PROMPT", "The one prompt of all photos: a rare word and the class noun, such as \"a photo of sks dog\".");
    private readonly Option<string?> _class = OptionKinds.Text("--class-prompt", "PROMPT", "The prompt of the class images, such as \"a photo of dog\"; needed with prior preservation.");
    private readonly Option<bool> _prior = OptionKinds.Flag("--with-prior-preservation", "Hold the network to what it drew for the class before. Default no.");
    private readonly Option<double?> _weight = OptionKinds.Number("--prior-loss-weight", "Weight of the class images' loss. Default 1.");
    private readonly Option<int?> _count = OptionKinds.Whole("--num-class-images", "Class images, drawn once before training. Default 100.");
    private readonly Option<string?> _folder = OptionKinds.Text("--class-data-dir", "DIR", "Where class images are kept; photos of your own may lie there. Default class-images in the run folder.");
    private readonly Option<bool> _encoder = OptionKinds.Flag("--train-text-encoder", "Let the text encoder (in Stable Diffusion XL, both) learn as well. Default no.");
    private readonly Option<double?> _gamma = OptionKinds.Number("--snr-gamma", "Bound of the signal-to-noise ratio in the weights of the subject's loss (Min-SNR; 5 is the paper's). Default none: all timesteps weigh alike.");
    private readonly Option<bool> _offset = OptionKinds.Flag("--offset-noise", "Add a tenth of a normal number to each channel of the noise, for very dark and very light pictures. Default no.");
    private readonly Option<int?> _batch = OptionKinds.Whole("--sample-batch-size", "Class images drawn at once. Default 8 (the reference's, in effect with --parity: 4).");
    private readonly Option<int?> _steps = OptionKinds.Whole("--class-steps", "Sampler steps of the class images. Default 25 (the reference's, in effect with --parity: 50).");
    private readonly Option<double?> _guidance = OptionKinds.Number("--class-guidance-scale", "Guidance scale of the class images. Default 7.5, as the reference's.");
    private DreamBoothOptions _options = new() { InstancePrompt = "" };
    private GenerationOptions _generation = new();

    public string Name => "db";

    public string Description => "DreamBooth: keep the words, fine-tune the network on one fixed prompt.";

    public string Artefact => Path.Combine(ModelFolderName, "model_index.json");

    public bool FreezesUNet => false;

    public TrainingDefaults Defaults => TrainingDefaults.DreamBooth;

    public PhotoFlags Photos { get; } = PhotoFlags.ForDreamBooth();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_instance, _class, _prior, _weight, _count, _folder, _batch, _steps, _guidance, _encoder, _gamma, _offset])
        {
            command.Add(option);
        }
    }

    public void Read(OptionValues values, TrainingOptions training)
    {
        _options = Ranges.Check(new DreamBoothOptions
        {
            InstancePrompt = values.Required(_instance),
            ClassPrompt = values.OrNone(_class),
            WithPriorPreservation = values.Of(_prior),
            PriorLossWeight = values.Of(_weight, _options.PriorLossWeight),
            NumClassImages = values.Of(_count, _options.NumClassImages),
            ClassDataDir = values.OrNone(_folder),
            TrainTextEncoder = values.Of(_encoder),
            SnrGamma = values.OrNone(_gamma),
            OffsetNoise = values.Of(_offset),
        });
        const int referenceSteps = 50, referenceBatch = 4;
        var generation = new GenerationOptions
        {
            Steps = values.Of(_steps, training.Parity ? referenceSteps : _generation.Steps),
            GuidanceScale = values.Of(_guidance, _generation.GuidanceScale),
            BatchSize = values.Of(_batch, training.Parity ? referenceBatch : _generation.BatchSize),
        };
        _generation = Ranges.Check(
            generation, (nameof(GenerationOptions.Steps), _steps), (nameof(GenerationOptions.GuidanceScale), _guidance), (nameof(GenerationOptions.BatchSize), _batch));
        Ranges.AsUsage(() =>
        {
            var all = _options with { Training = training };
            all.RequireFit();
            return all;
        });
    }

    public int EpochLength(int photos) => _options.WithPriorPreservation ? Math.Max(photos, _options.NumClassImages) : photos;

    public TrainingOutcome Train(TrainingWork work, IProgressDisplay display, Action<TrainingProgress> progress)
    {
        var options = _options with { Training = work.Training };
        using var classImages = Prior(work, options, display);
        using var photos = PhotoLatents.Create(work.Model, work.Photos, work.Transform, work.Training.Seed);
        work.Hashes["photos"] = photos.Key;
        var result = DreamBoothTrainer.Train(work.Model, photos, classImages, options, work.Folder, work.Resume, progress, work.Cancellation);
        var exported = Path.Combine(work.Folder, ModelFolderName);
        display.Say($"writing {exported}");
        DreamBoothExport.Write(work.Model, options.TrainTextEncoder, exported);
        var figures = new Dictionary<string, double>
        {
            ["steps"] = work.Training.MaxTrainSteps, ["seconds"] = result.Seconds, ["trained_parameters"] = result.TrainedParameters,
        };
        return new TrainingOutcome(figures,
        [
            exported,
            FormattableString.Invariant($"{result.TrainedParameters} numbers learned in {result.Seconds:0.0} s"),
            $"to use it: diptych generate --model {Session.Quote(exported)} --prompt {Session.Quote(options.InstancePrompt)}",
        ]);
    }

    private PhotoLatents? Prior(TrainingWork work, DreamBoothOptions options, IProgressDisplay display)
    {
        if (!options.WithPriorPreservation)
        {
            return null;
        }

        var folder = options.ClassDataDir ?? Path.Combine(work.Folder, "class-images");
        var images = ClassImages.Ensure(work.Model, options, folder, _generation with { MixedPrecision = work.Training.MixedPrecision }, (done, total) => display.Report("drawing class images", done, total), work.Cancellation);
        var latents = PhotoLatents.Create(work.Model, images, work.Transform, work.Training.Seed);
        work.Hashes["class_images"] = latents.Key;
        return latents;
    }
}
