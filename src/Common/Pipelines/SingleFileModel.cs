using System.Text.Json;
using Diptych.Common.Diffusion;
using Diptych.Common.SingleFile;
using Diptych.Common.Text;
using Diptych.Common.Weights;

namespace Diptych.Common.Pipelines;

/// <summary>A model in one file, in the layout of the original code.</summary>
public sealed class SingleFileModel : ModelSource
{
    private const string Pipeline = "StableDiffusionPipeline";

    // Stable Diffusion 2 and XL's second encoder fill prompts up with id 0, which OpenCLIP takes for nothing.
    private const string OpenClipPad = "!";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SingleFileCheckpoint _checkpoint;
    private readonly ModelOptions _options;

    private SingleFileModel(SingleFileCheckpoint checkpoint, ModelOptions options)
        : base(Path.GetFullPath(checkpoint.Path), checkpoint.Family == CheckpointFamily.StableDiffusionXL ? XlClassName : Pipeline)
    {
        _checkpoint = checkpoint;
        _options = options;
    }

    /// <summary>The file's family.</summary>
    public CheckpointFamily Family => _checkpoint.Family;

    /// <inheritdoc/>
    public override bool ForceZerosForEmptyPrompt => IsXl;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks
    {
        get
        {
            var prediction = _checkpoint.Prediction;
            var said = $"{Root}: taken for {_checkpoint.Name}, predicting {(prediction.Type == PredictionType.VPrediction ? "v" : prediction.Type == PredictionType.Sample ? "the picture" : "the noise")}, because {prediction.Reason}";
            return [prediction.IsGuess ? $"{said}; if pictures come out as noise or burnt, say --prediction-type {(prediction.Type == PredictionType.VPrediction ? "epsilon" : "v-prediction")}" : said];
        }
    }

    /// <summary>Recognises a file.</summary>
    /// <exception cref="DiptychException">It is missing, damaged, or of another kind or family; the message names it.</exception>
    public static new SingleFileModel Open(string path, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        if (options.ConfigFolder is { } folder && !Directory.Exists(folder))
        {
            throw new DiptychException($"--config {folder}: no such folder; give a model folder in diffusers' layout, with or without weights.");
        }

        return options.Variant is null
            ? new SingleFileModel(SingleFileCheckpoint.Open(path, options.PredictionType), options)
            : throw new DiptychException($"--variant {options.Variant}: {path} is a single file, which has no variants; leave the option out.");
    }

    /// <inheritdoc/>
    public override string Place(string component) => $"{Root} ({component})";

    /// <inheritdoc/>
    public override NetworkSource Network(string component) => new(Place(component), Config(component), () => _checkpoint.OpenWeights(component));

    /// <inheritdoc/>
    public override ClipTokenizer Tokenizer(string component) =>
        Given(component) is { } folder ? ClipTokenizer.Load(folder) : IsPaddedWithZero(component) ? ClipTokenizer.BuiltIn(OpenClipPad) : ClipTokenizer.BuiltIn();

    /// <inheritdoc/>
    public override SchedulerConfig Scheduler()
    {
        var given = Given("scheduler", SchedulerFile.Name);
        var config = given is null ? SchedulerConfig.Parse($"{Root} (scheduler)", _checkpoint.Scheduler.ToJsonString()) : SchedulerConfig.Load(given);
        return _options.PredictionType is { } prediction ? config with { PredictionType = prediction } : config;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> WeightFiles(string network) => [Root];

    /// <inheritdoc/>
    public override void CopyTo(string target, IReadOnlyCollection<string> replaced, Action<string, string> write) => WriteFolder(target, replaced, write, null);

    /// <summary>Writes the model as a folder in diffusers' layout, one tensor at a time.</summary>
    /// <param name="target">The folder.</param>
    /// <param name="dtype">Type of the weights; default as they are stored.</param>
    /// <param name="progress">Told each network before it is written.</param>
    /// <param name="cancellation">Stops between two networks; what is written then is no model yet.</param>
    /// <exception cref="DiptychException">The target cannot be written.</exception>
    public void Convert(string target, TorchSharp.torch.ScalarType? dtype = null, Action<string>? progress = null, CancellationToken cancellation = default) =>
        WriteFolder(target, [], (_, _) => { }, dtype, progress, cancellation);

    private void WriteFolder(
        string target, IReadOnlyCollection<string> replaced, Action<string, string> write, TorchSharp.torch.ScalarType? dtype, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        foreach (var network in Networks)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(network);
            AtomicFile.WriteText(Path.Combine(target, network, "config.json"), Config(network).Root.GetRawText() + "\n");
            var path = Path.Combine(target, network, NetworkWeights.Expected(network));
            if (replaced.Contains(network))
            {
                write(network, path);
            }
            else
            {
                using var weights = _checkpoint.OpenWeights(network);
                SafetensorsWriter.Copy(path, weights, dtype);
            }
        }

        foreach (var tokenizer in Tokenizers)
        {
            WriteTokenizer(tokenizer, Path.Combine(target, tokenizer));
        }

        var scheduler = WriteScheduler(target);
        // The index goes last: a folder without it is no model, so an interrupted copy cannot be mistaken for one.
        AtomicFile.WriteText(Path.Combine(target, "model_index.json"), StandardConfigs.Index(Family, scheduler).ToJsonString(Json) + "\n");
    }

    // Returns the scheduler's class. What --config gives stays as it is but for the prediction type that was asked for; what is inferred has that already.
    private string WriteScheduler(string target)
    {
        var given = Given("scheduler", SchedulerFile.Name);
        var text = given is null ? _checkpoint.Scheduler.ToJsonString(Json) + "\n" : SchedulerFile.WithPrediction(File.ReadAllText(given), _options.PredictionType);
        AtomicFile.WriteText(Path.Combine(target, "scheduler", SchedulerFile.Name), text);
        return SchedulerConfigReader.Parse(given ?? Place("scheduler"), text).Text("_class_name", "");
    }

    private void WriteTokenizer(string tokenizer, string target)
    {
        if (Given(tokenizer) is not { } given)
        {
            ClipVocabulary.WriteFolder(target, IsPaddedWithZero(tokenizer) ? OpenClipPad : ClipVocabulary.End);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(given))
        {
            AtomicFile.WriteBytes(Path.Combine(target, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
    }

    private ConfigFile Config(string component) => Given(component, "config.json") is { } given
        ? ConfigFile.Read(given)
        : ConfigFile.Parse($"{Root} ({component}, configuration inferred)", _checkpoint.Config(component).ToJsonString(Json));

    private bool IsPaddedWithZero(string tokenizer) => Family == CheckpointFamily.StableDiffusion2 || tokenizer == "tokenizer_2";

    // What the folder of --config holds takes the place of what is inferred; what it lacks does not have to be there.
    private string? Given(params string[] parts)
    {
        var path = _options.ConfigFolder is null ? null : Path.Combine([_options.ConfigFolder, .. parts]);
        return path is not null && (File.Exists(path) || Directory.Exists(path)) ? path : null;
    }
}
