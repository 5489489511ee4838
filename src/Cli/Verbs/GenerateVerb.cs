using System.CommandLine;
using System.Globalization;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Common.Text;
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
    private readonly ModelFlags _modelFlags = new(asksForPrediction: false);
    private readonly PrecisionFlags _weights = new();
    private readonly PromptFlags _prompts = new();
    private readonly SamplerFlags _sampling = new();
    private readonly PictureFlags _pictures = new();
    private readonly SizeFlags _sizes = new();
    private readonly Option<string?> _model = OptionKinds.Text("--model", "PATH", "Model folder in diffusers' layout, or a single-file checkpoint (.safetensors, .ckpt). Default the embedded model.");
    private readonly Option<string?> _embedding = OptionKinds.Text(
        "--embedding",
        "FILE",
        "A learned word: learned_embeds.safetensors (for Stable Diffusion XL with learned_embeds_2.safetensors beside it) or a run's learned_embeds-steps-N.safetensors, the folder it lies in, or another program's .safetensors, .pt or .bin; where that names no word (emb_params, string_to_param, clip_l with clip_g), the file's name is the word.");
    private readonly Option<int?> _count = OptionKinds.Whole("--num-images", "Pictures. Default 1.");
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names the initial noise; picture i of a seed is the same however many are drawn. Default 0.");
    private readonly PrecisionFlag _precision = new("Precision of matrix products.");
    private readonly Option<string?> _output = OptionKinds.Text("--output-dir", "DIR", $"Folder for 000.png, 001.png, ... and {GenerationRecord.FileName}; files of these names are replaced. Default generated.");
    private readonly Option<string?> _json = JsonFile.Option();

    private GenerateVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new GenerateVerb(session);
        var command = new SectionedCommand("generate", "Draw pictures of a prompt, with or without a learned word.");
        command.Add("Model", [verb._model, .. verb._modelFlags.All, verb._embedding]);
        command.Add("Prompt", verb._prompts.All);
        command.Add("Sampling", verb._sampling.All);
        command.Add("Size and starting picture", verb._pictures.Sizes);
        verb._sizes.AddTo(command);
        command.Add("Memory and speed", [.. verb._pictures.Memory, .. verb._weights.All, verb._precision.Option]);
        verb._device.AddTo(command);
        command.Add("Output", verb._count, verb._seed, verb._output, verb._json);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var (prompt, seed, json) = (_prompts.Prompt(values), values.Of(_seed, 0), parsed.GetValue(_json));
        var options = Read(values);
        var (changes, start, sizes) = (_sampling.Overrides(values), _pictures.Start(values), _sizes.Read(values));
        var count = values.Of(_count, 1);
        if (count is < 1 or > 100_000)
        {
            throw new UsageException($"--num-images {count} is out of range: choose from 1 to 100000.");
        }

        JsonFile.Check(json);
        var folder = OutputFolder.At(values.Of(_output, "generated"));
        var device = _device.Read(values);
        var path = values.OrNone(_model) ?? LabModel.Find().Model;
        options = options with { MixedPrecision = _precision.Read(values, device, path) };
        var (weights, choices) = (_weights.Read(values), _modelFlags.Read(values) with { PredictionType = changes.PredictionType });
        using var model = StableDiffusion.Load(path, device, weights, weights == TorchSharp.torch.ScalarType.Float32 ? choices.WithFrozenUNet(options.MixedPrecision, device) : choices);
        foreach (var remark in model.Source.Remarks)
        {
            _session.Terminal.Error.WriteLine(remark);
        }

        var word = Learn(model, values.OrNone(_embedding));
        options = GenerationPlan.Settle(model, options, changes, start);
        options = options with { Sizes = sizes?.Invoke(model, options) };
        GenerationPlan.Announce(_session.Terminal.Error, model, options, prompt, changes);
        Announce(word, model, options, prompt);
        using var latents = start is { } given ? GenerationPlan.Encode(model, options, given.Picture) : null;

        var record = Draw(model, prompt, seed, count, options, latents is null ? null : new PictureStart(latents, start!.Value.Strength), folder, values);
        JsonFile.Write(json, record.ToJson());
        foreach (var picture in record.Pictures)
        {
            _session.Terminal.Out.WriteLine(folder[picture.File]);
        }

        return ExitCodes.Done;
    }

    private static PlaceholderToken? Learn(StableDiffusion model, string? file)
    {
        if (file is null)
        {
            return null;
        }

        using var word = EmbeddingFile.Read(file);
        return model.AddConcept(word.Token, word.Rows);
    }

    // Many files' names are their words, and one that no prompt contains changes nothing without a sign of it.
    private void Announce(PlaceholderToken? word, StableDiffusion model, GenerationOptions options, string prompt)
    {
        if (word is null)
        {
            return;
        }

        var error = _session.Terminal.Error;
        error.WriteLine($"loaded {word.Token}, {word.Ids.Count} {(word.Ids.Count == 1 ? "vector" : "vectors")}");
        var reader = new PromptReader(model.Text, options);
        string[] prompts = [prompt, options.NegativePrompt ?? ""];
        if (!prompts.Any(text => reader.Chunks(text).AllIds.Any(id => word.Ids.Contains((int)id))))
        {
            error.WriteLine($"no prompt contains {word.Token}: the pictures are drawn without it (--prompt or --negative-prompt should name it)");
        }
    }

    private GenerationOptions Read(OptionValues values)
    {
        var options = new GenerationOptions();
        options = values.OrNone(_model) is null ? options with { GuidanceScale = EmbeddedGuidance } : options;
        return Ranges.Check(_pictures.Read(values, _sampling.Read(values, _prompts.Read(values, options))));
    }

    private GenerationRecord Draw(StableDiffusion model, string prompt, long seed, int count, GenerationOptions options, PictureStart? start, OutputFolder folder, OptionValues values)
    {
        using var display = _session.ShowProgress();
        using var kept = KeptForDrawing.Of(model);
        var pictures = new List<GeneratedPicture>();
        for (var first = 0; first < count; first += options.BatchSize)
        {
            var batch = Math.Min(options.BatchSize, count - first);
            var done = (long)first * options.Steps;
            using var drawn = model.Generate(
                [.. Enumerable.Repeat(prompt, batch)], seed, options, first,
                (step, steps) => display.Report("drawing", done + (long)batch * options.Steps * step / steps, (long)count * options.Steps), start, _session.Cancellation);
            foreach (var image in ImageTensor.ToImages(drawn))
            {
                pictures.Add(new GeneratedPicture(string.Create(CultureInfo.InvariantCulture, $"{pictures.Count:000}.png"), seed, pictures.Count));
                PictureFile.WritePng(folder[pictures[^1].File], image);
            }
        }

        var reader = new PromptReader(model.Text, options);
        var record = new GenerationRecord(prompt, reader.Chunks(prompt).AllIds, reader.Pieces(prompt), seed, pictures)
        {
            Model = model.Source.Root, ModelHash = model.Source.Hash(), CommandLine = _session.CommandLine, Options = values.Effective,
        };
        AtomicFile.WriteText(folder[GenerationRecord.FileName], record.ToJson() + "\n");
        return record;
    }
}
