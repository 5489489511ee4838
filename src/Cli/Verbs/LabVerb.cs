using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Lab;
using Diptych.Lab.Judges;
using Diptych.Lab.Verification;
using Diptych.Lab.World;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych lab verify</c>: what the embedded model can draw, and what its judge can read.</summary>
internal sealed class LabVerb
{
    // The published figures are of 25 steps.
    private static readonly GenerationOptions Published = new() { Steps = 25 };

    private readonly Session _session;
    private readonly DeviceFlag _device = new();
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", "Sampler steps. Default 25, as for the published figures.");
    private readonly Option<double?> _guidance = OptionKinds.Number("--guidance-scale", "Classifier-free guidance. Default 4, as for the published figures.");
    private readonly Option<int?> _captions = OptionKinds.Whole("--captions", "Captions of each set, the first ones. Default 400, or all there are.");
    private readonly Option<string?> _json = JsonFile.Option();
    private readonly Option<string?> _sheet = OptionKinds.Text("--sheet", "FILE", "Only draw sixty-four fixed prompts onto one PNG, a row for every class, and measure nothing.");

    private LabVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new LabVerb(session);
        var verify = new Command("verify", "Draw the held-out captions and measure what is in the pictures; takes some minutes.") { verb._steps, verb._guidance, verb._captions, verb._json, verb._sheet };
        verb._device.AddTo(verify);
        verify.SetAction(verb.Verify);
        return new Command("lab", "The embedded model and the world it was made in.") { verify, LabRenderVerb.Create(session), LabPretrainVerb.Create(session) };
    }

    private int Verify(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var defaults = new LabVerificationOptions();
        var options = Ranges.Check(defaults with { Guidance = values.Of(_guidance, defaults.Guidance), CaptionsPerSet = values.Of(_captions, defaults.CaptionsPerSet) },
            (nameof(LabVerificationOptions.Guidance), _guidance), (nameof(LabVerificationOptions.CaptionsPerSet), _captions));
        var generation = Ranges.Check(Published with { Steps = values.Of(_steps, Published.Steps), GuidanceScale = options.Guidance, BatchSize = options.BatchSize });
        var json = parsed.GetValue(_json);
        JsonFile.Check(json);
        var sheet = values.OrNone(_sheet);
        if (sheet is not null)
        {
            if (json is not null || values.OrNone(_captions) is not null)
            {
                throw new UsageException("--sheet only draws and measures nothing: leave --json and --captions out, or --sheet.");
            }

            OutputFile.Check(_sheet.Name, sheet);
        }

        var lab = LabModel.Find();
        var device = _device.Read(values);
        using var model = StableDiffusion.Load(lab.Model, device);
        if (sheet is not null)
        {
            DrawSheet(model, generation, sheet);
            return ExitCodes.Done;
        }

        using var oracle = Oracle.Load(lab.Oracle, device);
        // A laboratory built before there was this judge has none.
        using var dino = Directory.Exists(lab.MiniDino) ? MiniDinoJudge.Load(lab.MiniDino, device) : null;
        var verification = new LabVerification(
            lab,
            oracle,
            (captions, seed, guidance) => model.Generate(captions, seed, generation with { GuidanceScale = guidance }, cancellation: _session.Cancellation),
            pictures => model.Vae.Encode(pictures.to(device)).Mean,
            model.Vae.Decode)
        {
            MiniDino = dino, Text = (model.Tokenizer, model.TextEncoder),
        };
        LabVerificationResult result;
        using (var display = _session.ShowProgress())
        {
            result = verification.Run(options, (what, done, total) =>
            {
                _session.Cancellation.ThrowIfCancellationRequested();
                display.Report(what, done, total);
            });
        }

        JsonFile.Write(json, result.ToJson());
        _session.Terminal.Out.Write(result.ToTable());
        return ExitCodes.Done;
    }

    private void DrawSheet(StableDiffusion model, GenerationOptions generation, string sheet)
    {
        var images = new List<RgbImage>();
        using (var display = _session.ShowProgress())
        {
            foreach (var prompts in FixedPrompts.All.Chunk(generation.BatchSize))
            {
                // Every picture from a noise of its own: the place among the prompts.
                using var pictures = model.Generate(prompts, images.Count, generation, cancellation: _session.Cancellation);
                images.AddRange(ImageTensor.ToImages(pictures));
                display.Report("drawing", images.Count, FixedPrompts.All.Count);
            }
        }

        PictureFile.WritePng(sheet, ContactSheet.Draw([.. images], FixedPrompts.Headings.Count, LabWords.Classes, FixedPrompts.Headings, "sixty-four fixed prompts"));
        _session.Terminal.Out.WriteLine(sheet);
    }
}
