using System.CommandLine;
using System.Globalization;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Data;
using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;
using Diptych.Lab;
using Diptych.TextualInversion;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych generate</c>: pictures of a prompt.</summary>
internal sealed class GenerateVerb
{
    // At 7.5 the embedded model's colours run into each other; its published figures were taken at 4.
    private const double EmbeddedGuidance = 4;

    private readonly Session _session;
    private readonly DeviceFlag _device = new();
    private readonly SizeFlags _sizes = new();
    private readonly Option<string?> _model = OptionKinds.Text("--model", "DIR", "Model folder in diffusers' layout. Default the embedded model.");
    private readonly Option<string?> _embedding = OptionKinds.Text("--embedding", "FILE", "A learned word: learned_embeds.safetensors (for Stable Diffusion XL with learned_embeds_2.safetensors beside it), the folder it lies in, or a file of clip_l and clip_g, whose name is the word.");
    private readonly Option<string?> _prompt = OptionKinds.Required("--prompt", "P", "What to draw.");
    private readonly Option<string?> _negative = OptionKinds.Text("--negative-prompt", "P", "What not to draw. Default none (not the same as an empty text in Stable Diffusion XL).");
    private readonly Option<int?> _count = OptionKinds.Whole("--num-images", "Pictures. Default 1.");
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names the initial noise; picture i of a seed is the same however many are drawn. Default 0.");
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", "Sampler steps. Default 25.");
    private readonly Option<double?> _guidance = OptionKinds.Number("--guidance-scale", "Classifier-free guidance; 1 or less draws without. Default 7.5; 4 for the embedded model.");
    private readonly Option<string?> _sampler = OptionKinds.Text("--sampler", "NAME", $"One of {string.Join(", ", SamplerNames.Known)}. Default the one the model names.");
    private readonly Option<int?> _height = OptionKinds.Whole("--height", "Height in pixels. Default the model's own.");
    private readonly Option<int?> _width = OptionKinds.Whole("--width", "Width in pixels. Default the model's own.");
    private readonly Option<int?> _batch = OptionKinds.Whole("--batch-size", "Pictures drawn at once. Default 8.");
    private readonly Option<MixedPrecision?> _precision = OptionKinds.Choice<MixedPrecision>("--mixed-precision", "Precision of matrix products. Default no: fp32.");
    private readonly Option<string?> _output = OptionKinds.Text("--output-dir", "DIR", $"Folder for 000.png, 001.png, ... and {GenerationRecord.FileName}; files of these names are replaced. Default generated.");
    private readonly Option<string?> _json = JsonFile.Option();

    private GenerateVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new GenerateVerb(session);
        var command = new Command("generate", "Draw pictures of a prompt, with or without a learned word.")
        {
            verb._model, verb._embedding, verb._prompt, verb._negative, verb._count, verb._seed, verb._steps, verb._guidance, verb._sampler,
            verb._height, verb._width, verb._batch, verb._precision, verb._output, verb._json,
        };
        verb._sizes.AddTo(command);
        verb._device.AddTo(command);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var (prompt, seed, json) = (values.Required(_prompt), values.Of(_seed, 0), parsed.GetValue(_json));
        var options = Read(values);
        var sizes = _sizes.Read(values);
        var count = values.Of(_count, 1);
        if (count is < 1 or > 100_000)
        {
            throw new UsageException($"--num-images {count} is out of range: choose from 1 to 100000.");
        }

        JsonFile.Check(json);
        var folder = OutputFolder.At(values.Of(_output, "generated"));
        using var model = StableDiffusion.Load(values.OrNone(_model) ?? LabModel.Find().Model, _device.Read(values));
        options = options with { Sizes = sizes?.Invoke(model, options) };
        if (values.OrNone(_embedding) is { } file)
        {
            using var word = EmbeddingFile.Read(file);
            model.AddConcept(word.Token, word.Rows);
        }

        // A prompt that loses its learned word is refused here; one that loses only ordinary words is drawn, and said to be cut.
        model.Tokenizer.EncodePadded(prompt);
        if (model.Tokenizer.Encode(prompt) is { Count: var length } && length > model.Tokenizer.MaxLength)
        {
            _session.Terminal.Error.WriteLine($"the prompt is {length} tokens long and the model reads {model.Tokenizer.MaxLength}: its end is dropped");
        }

        var record = Draw(model, prompt, seed, count, options, folder, values);
        JsonFile.Write(json, record.ToJson());
        foreach (var picture in record.Pictures)
        {
            _session.Terminal.Out.WriteLine(folder[picture.File]);
        }

        return ExitCodes.Done;
    }

    private GenerationOptions Read(OptionValues values) => Ranges.Check(new GenerationOptions
    {
        Steps = values.Of(_steps, new GenerationOptions().Steps),
        GuidanceScale = values.Of(_guidance, values.OrNone(_model) is null ? EmbeddedGuidance : new GenerationOptions().GuidanceScale),
        NegativePrompt = values.OrNone(_negative),
        Sampler = values.OrNone(_sampler) is { } name ? Ranges.AsUsage(() => SamplerNames.Parse(name)) : null,
        Height = values.OrNone(_height),
        Width = values.OrNone(_width),
        BatchSize = values.Of(_batch, new GenerationOptions().BatchSize),
        MixedPrecision = values.Of(_precision, MixedPrecision.No),
    });

    private GenerationRecord Draw(StableDiffusion model, string prompt, long seed, int count, GenerationOptions options, OutputFolder folder, OptionValues values)
    {
        using var display = _session.ShowProgress();
        var pictures = new List<GeneratedPicture>();
        for (var first = 0; first < count; first += options.BatchSize)
        {
            var batch = Math.Min(options.BatchSize, count - first);
            var done = (long)first * options.Steps;
            using var drawn = model.Generate(
                [.. Enumerable.Repeat(prompt, batch)], seed, options, first,
                (step, steps) => display.Report("drawing", done + (long)batch * options.Steps * step / steps, (long)count * options.Steps), _session.Cancellation);
            foreach (var image in ImageTensor.ToImages(drawn))
            {
                pictures.Add(new GeneratedPicture(string.Create(CultureInfo.InvariantCulture, $"{pictures.Count:000}.png"), seed, pictures.Count));
                PictureFile.WritePng(folder[pictures[^1].File], image);
            }
        }

        var record = new GenerationRecord(prompt, model.Tokenizer.EncodePadded(prompt), model.Tokenizer.Pieces(prompt), seed, pictures)
        {
            Model = model.Folder.Root, ModelHash = model.Folder.Hash(), CommandLine = _session.CommandLine, Options = values.Effective,
        };
        AtomicFile.WriteText(folder[GenerationRecord.FileName], record.ToJson() + "\n");
        return record;
    }
}
