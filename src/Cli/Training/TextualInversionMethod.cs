using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Terminals;
using Diptych.Common.Training;
using Diptych.TextualInversion;

namespace Diptych.Cli.Training;

/// <summary><c>train ti</c>.</summary>
internal sealed class TextualInversionMethod : ITrainingMethod
{
    // What had to be said about the model's files for training has to be said for drawing.
    private static readonly string[] AboutModel = ["variant", "config", "prediction-type"];

    private readonly Option<string?> _placeholder = OptionKinds.Required("--placeholder-token", "WORD", "The new word, such as <my-dog>; it must not be in the vocabulary.");
    private readonly Option<string?> _initializer = OptionKinds.Required("--initializer-token", "WORD", "A word to start from, such as dog; it must be one token.");
    private readonly Option<LearnableProperty?> _property = OptionKinds.Choice<LearnableProperty>("--learnable-property", "Whether a thing or a manner is learned; picks the 27 or the 19 prompt templates. Default object.");
    private readonly Option<int?> _vectors = OptionKinds.Whole("--num-vectors", "Rows of the vocabulary the word stands for. Default 1.");
    private readonly Option<string?> _templates = OptionKinds.Text("--template-file", "FILE", "Prompt templates of your own, one a line, with {} for the word. Default the built-in ones.");
    private readonly Option<int?> _repeats = OptionKinds.Whole("--repeats", "How often each photo counts in an epoch; matters with --parity only, where epochs bound the batches. Default 100.");
    private IReadOnlyDictionary<string, string> _given = new Dictionary<string, string>();
    private TextualInversionOptions _options = new() { PlaceholderToken = "", InitializerToken = "" };

    public string Name => "ti";

    public string Description => "Textual Inversion: learn a new word, leave the network as it is.";

    public string Artefact => EmbeddingFile.Name;

    public bool FreezesUNet => true;

    public TrainingDefaults Defaults => TrainingDefaults.TextualInversion;

    public PhotoFlags Photos { get; } = PhotoFlags.ForTextualInversion();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_placeholder, _initializer, _property, _vectors, _templates, _repeats])
        {
            command.Add(option);
        }
    }

    public void Read(OptionValues values, TrainingOptions training)
    {
        _given = values.Effective;
        _options = Ranges.Check(new TextualInversionOptions
        {
            PlaceholderToken = values.Required(_placeholder),
            InitializerToken = values.Required(_initializer),
            LearnableProperty = values.Of(_property, _options.LearnableProperty),
            NumVectors = values.Of(_vectors, _options.NumVectors),
            TemplateFile = values.OrNone(_templates),
            Repeats = values.Of(_repeats, _options.Repeats),
        });
    }

    public int EpochLength(int photos) => photos * _options.Repeats;

    public TrainingOutcome Train(TrainingWork work, IProgressDisplay display, Action<TrainingProgress> progress)
    {
        var options = _options with { Training = work.Training };
        // First what can be wrong about words: it should not have to wait for the autoencoder.
        using var concept = TextualInversionTrainer.Prepare(work.Model, options);
        using var photos = PhotoLatents.Create(work.Model, work.Photos, work.Transform, work.Training.Seed);
        work.Hashes["photos"] = photos.Key;
        var result = TextualInversionTrainer.Train(work.Model, concept, photos, options, work.Folder, work.Resume, progress, work.Cancellation);
        var figures = new Dictionary<string, double>
        {
            ["steps"] = work.Training.MaxTrainSteps, ["seconds"] = result.Seconds, ["trained_parameters"] = result.TrainedParameters,
            ["row_norm"] = result.RowNorm, ["typical_norm"] = result.TypicalNorm, ["moved"] = result.Moved,
        };
        return new TrainingOutcome(figures,
        [
            .. result.EmbeddingFiles,
            FormattableString.Invariant($"{options.PlaceholderToken}: {result.TrainedParameters} numbers learned in {result.Seconds:0.0} s; row norm {result.RowNorm:0.00} (the vocabulary's is {result.TypicalNorm:0.00}), moved by {result.Moved:0.00}"),
            $"to use it: diptych generate --model {Session.Quote(work.Model.Source.Root)}{ModelArguments()} --embedding {Session.Quote(result.EmbeddingFile)} --prompt {Session.Quote($"a photo of {options.PlaceholderToken}")}",
        ]);
    }

    private string ModelArguments() => string.Concat(AboutModel.Where(_given.ContainsKey).Select(name => $" --{name} {Session.Quote(_given[name])}"));
}
