using System.CommandLine;
using System.Globalization;
using Diptych.Common.Diffusion;
using Diptych.Comparison;
using Diptych.Lab;
using Diptych.Lab.Subjects;
using Diptych.Lab.World;

namespace Diptych.Cli.Options;

/// <summary>The options of <c>compare</c>.</summary>
internal sealed class ComparisonFlags
{
    private const string DefaultSubject = "off-palette-dog";

    private static readonly ComparisonOptions Full = new() { Subject = "", ClassNoun = "", Model = "", OutputDir = "" };

    // A look at the whole path in a minute or two: every arm and family, far too little of each to conclude anything.
    private static readonly ComparisonOptions Quick = Full with
    {
        Pictures = 4, TextualInversionSteps = 40, DreamBoothSteps = 30, NumClassImages = 8, Generation = Full.Generation with { Steps = 8 },
    };

    private readonly Option<string?> _subject = OptionKinds.Text("--subject", "DIR", $"Folder of the subject's photos, or a laboratory subject with references/ and held-out/. Default the embedded {DefaultSubject}.");
    private readonly Option<string?> _class = OptionKinds.Text("--class", "NOUN", "The class noun, such as dog; needed where the subject's folder does not say it.");
    private readonly Option<string?> _model = OptionKinds.Text("--model", "DIR", "Model folder in diffusers' layout. Default the embedded model.");
    private readonly Option<string?> _output = OptionKinds.Text("--output-dir", "RUN", "Folder of the run. Default a new one below runs/.");
    private readonly Option<bool> _resume = OptionKinds.Flag("--resume", "Go on with an interrupted comparison in --output-dir. Default no.");
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names every random draw. Default 0.");
    private readonly Option<string?> _description = OptionKinds.Text("--description", "TEXT", "What the words-alone arm says of the subject. Default the nearest caption of the laboratory's vocabulary.");
    private readonly Option<bool> _quick = OptionKinds.Flag("--quick", "A look in a minute or two: 4 pictures a cell, a tenth of the training. Its numbers mean nothing. Default no.");
    private readonly Option<string?> _identifier = OptionKinds.Text("--identifier", "WORD", $"The rare word of DreamBooth's instance prompt. Default {Full.Identifier}.");
    private readonly Option<string?> _other = OptionKinds.Text("--other-identifier", "WORD", $"A rare word that nothing is taught, asked in the identifier's place as a control. Default {Full.OtherIdentifier}.");
    private readonly Option<string?> _initializer = OptionKinds.Text("--initializer-token", "WORD", "The word Textual Inversion starts from, one token of the model's. Default the class noun.");
    private readonly Option<string?> _placeholder = OptionKinds.Text("--placeholder-token", "WORD", $"The new word of Textual Inversion. Default {Full.Placeholder}.");
    private readonly Option<int?> _pictures = OptionKinds.Whole("--pictures", $"Pictures for each arm and family. Default {Full.Pictures}.");
    private readonly Option<int?> _tiSteps = OptionKinds.Whole("--ti-steps", $"Training steps of Textual Inversion. Default {Full.TextualInversionSteps}.");
    private readonly Option<double?> _tiRate = OptionKinds.Number("--ti-learning-rate", FormattableString.Invariant($"Learning rate of Textual Inversion. Default {Full.TextualInversionLearningRate}."));
    private readonly Option<int?> _dbSteps = OptionKinds.Whole("--db-steps", $"Training steps of DreamBooth, with and without prior preservation. Default {Full.DreamBoothSteps}.");
    private readonly Option<double?> _dbRate = OptionKinds.Number("--db-learning-rate", FormattableString.Invariant($"Learning rate of DreamBooth. Default {Full.DreamBoothLearningRate}."));
    private readonly Option<int?> _batch = OptionKinds.Whole("--train-batch-size", $"Photos a training pass sees. Default {Full.TrainBatchSize}.");
    private readonly Option<int?> _classImages = OptionKinds.Whole("--num-class-images", $"Class images for prior preservation. Default {Full.NumClassImages}.");
    private readonly Option<double?> _priorWeight = OptionKinds.Number("--prior-loss-weight", FormattableString.Invariant($"Weight of the class images' loss in prior preservation. Default {Full.PriorLossWeight}."));
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", $"Sampler steps. Default {Full.Generation.Steps}.");
    private readonly Option<double?> _guidance = OptionKinds.Number("--guidance-scale", FormattableString.Invariant($"Classifier-free guidance. Default {Full.Generation.GuidanceScale}."));
    private readonly Option<string?> _sampler = OptionKinds.Text("--sampler", "NAME", $"One of {string.Join(", ", SamplerNames.Known)}. Default the one the model names.");
    private readonly PrecisionFlag _precision = new("Precision of matrix products in training and drawing.");
    private readonly DeviceFlag _device = new();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])
            [_subject, _class, _model, _output, _resume, _seed, _description, _quick, _identifier, _other, _placeholder, _initializer, _pictures, _tiSteps, _tiRate, _dbSteps, _dbRate, _batch, _classImages, _priorWeight, _steps, _guidance, _sampler, _precision.Option])
        {
            command.Add(option);
        }

        _device.AddTo(command);
    }

    /// <summary>The comparison that is asked for.</summary>
    /// <param name="values">The command line.</param>
    /// <param name="now">Names the folder of a run that was given none.</param>
    /// <exception cref="UsageException">A value is out of range, the class noun is not known, or there is no folder to resume in.</exception>
    /// <exception cref="Common.DiptychException">The subject or the laboratory is missing.</exception>
    public ComparisonOptions Read(OptionValues values, DateTimeOffset now)
    {
        // The default is a new folder, in which there is nothing to go on with.
        if (values.Of(_resume) && values.OrNone(_output) is null)
        {
            throw new UsageException("--resume goes on with the comparison of a folder: name it with --output-dir.");
        }

        var plain = values.Of(_quick) ? Quick : Full;
        var generation = Ranges.Check(plain.Generation with
        {
            Steps = values.Of(_steps, plain.Generation.Steps),
            GuidanceScale = values.Of(_guidance, plain.Generation.GuidanceScale),
            Sampler = values.OrNone(_sampler) is { } name ? Ranges.AsUsage(() => SamplerNames.Parse(name)) : null,
        });
        var numbers = Ranges.Check(plain with
        {
            Generation = generation,
            Seed = values.Of(_seed, plain.Seed),
            Identifier = values.Of(_identifier, plain.Identifier),
            OtherIdentifier = values.Of(_other, plain.OtherIdentifier),
            Placeholder = values.Of(_placeholder, plain.Placeholder),
            InitializerToken = values.OrNone(_initializer),
            Pictures = values.Of(_pictures, plain.Pictures),
            TextualInversionSteps = values.Of(_tiSteps, plain.TextualInversionSteps),
            TextualInversionLearningRate = values.Of(_tiRate, plain.TextualInversionLearningRate),
            DreamBoothSteps = values.Of(_dbSteps, plain.DreamBoothSteps),
            DreamBoothLearningRate = values.Of(_dbRate, plain.DreamBoothLearningRate),
            TrainBatchSize = values.Of(_batch, plain.TrainBatchSize),
            NumClassImages = values.Of(_classImages, plain.NumClassImages),
            PriorLossWeight = values.Of(_priorWeight, plain.PriorLossWeight),
            Description = values.OrNone(_description),
        },
            (nameof(ComparisonOptions.TextualInversionSteps), _tiSteps), (nameof(ComparisonOptions.TextualInversionLearningRate), _tiRate),
            (nameof(ComparisonOptions.DreamBoothSteps), _dbSteps), (nameof(ComparisonOptions.DreamBoothLearningRate), _dbRate));
        if (numbers.OtherIdentifier == numbers.Identifier)
        {
            throw new UsageException($"--other-identifier {numbers.OtherIdentifier} is the identifier itself: choose a word that nothing is taught.");
        }

        var subject = values.OrNone(_subject) ?? values.Keep(_subject, LabModel.Find().Subject(DefaultSubject));
        var noun = values.OrNone(_class) ?? values.Keep(_class, ClassOf(subject));
        var model = values.OrNone(_model) ?? values.Keep(_model, LabModel.Find().Model);
        RequireKnownNoun(noun, model);
        var device = _device.Read(values);
        return numbers with
        {
            Device = device.type,
            MixedPrecision = _precision.Read(values, device, model),
            Subject = subject,
            ClassNoun = noun,
            Model = model,
            OutputDir = values.OrNone(_output) ?? values.Keep(_output, FolderFor(subject, now)),
            Resume = values.Of(_resume),
        };
    }

    private static string ClassOf(string subject) => LabSubject.Load(subject).Truth?.Class
        ?? throw new UsageException($"--class is missing: {subject} does not say what it shows; give the noun, such as --class dog.");

    // Any other noun is several tokens to the embedded model and a thing it never saw.
    private static void RequireKnownNoun(string noun, string model)
    {
        if (!LabWords.Classes.Contains(noun) && Normal(model) == Normal(LabModel.Find().Model))
        {
            throw new UsageException($"--class {noun}: the embedded model knows {string.Join(", ", LabWords.Classes)}; choose one of them, or give a model that knows other nouns with --model.");
        }
    }

    private static string Normal(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static string FolderFor(string subject, DateTimeOffset now) => Path.Combine(
        "runs", $"{Path.GetFileName(Normal(subject))}-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
}
