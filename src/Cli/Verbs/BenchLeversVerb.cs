using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Diptych.Cli.Benchmarks;
using Diptych.Cli.Options;
using Diptych.Common;
using Diptych.Common.Cuda;
using Diptych.Common.Runtime;
using Diptych.Lab;
using Diptych.StepTiming;
using TorchSharp;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych bench levers</c>: what each GPU lever is worth in our step.</summary>
internal sealed class BenchLeversVerb
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Session _session;
    private readonly Option<BenchmarkShape?> _shape = OptionKinds.Choice<BenchmarkShape>("--shape", "The embedded model, or a model of full size with random weights. Default sd15.");
    private readonly Option<string?> _model = OptionKinds.Text("--model", "DIR", "A model folder to time instead of a shape.");
    private readonly Option<string?> _photos = OptionKinds.Text("--instance-data-dir", "DIR", "Training photos. Default the embedded subject's.");
    private readonly Option<string?> _method = OptionKinds.Text("--method", "ti|db", "Textual Inversion's step or DreamBooth's. Default both.");
    private readonly Option<int?> _batch = OptionKinds.Whole("--batch", "Pictures a step. Default 1.");
    private readonly Option<int?> _resolution = OptionKinds.Whole("--resolution", "Pixels a side, a multiple of 8. Default 512.");
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", "Steps of each of three rounds, whose median counts. Default 50.");
    private readonly Option<bool> _whole = OptionKinds.Flag("--whole-only", "Only the step with every lever, not each left out.");
    private readonly Option<string?> _losses = OptionKinds.Text("--losses", "FILE", "Take --steps steps of one --method with every lever and write what they were given and their losses, for bench/reference/training_step.py --replay.");
    private readonly Option<string?> _json = JsonFile.Option();

    private BenchLeversVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new BenchLeversVerb(session);
        var command = new Command("levers", "Time our training step on a GPU with all of its levers, with each left out, with none, and DreamBooth's with moments as bytes.")
        {
            verb._shape, verb._model, verb._photos, verb._method, verb._batch, verb._resolution, verb._steps, verb._whole, verb._losses, verb._json,
        };
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var methods = BenchVerb.Methods(values.OrNone(_method), "ti", "db");
        var batch = BenchVerb.InRange("--batch", values.Of(_batch, 1), 1024);
        var resolution = BenchVerb.MultipleOf8(values.OrNone(_resolution)) ?? 512;
        var plan = new LeverPlan { Steps = BenchVerb.InRange("--steps", values.Of(_steps, 50), 1000) };
        var json = parsed.GetValue(_json);
        JsonFile.Check(json);
        var losses = values.OrNone(_losses);
        if (losses is not null && methods.Length != 1)
        {
            throw new UsageException("--losses writes one method's steps: give --method ti or --method db.");
        }

        TorchRuntime.Load();
        if (TorchRuntime.Loaded is not { HasCuda: true } || !torch.cuda.is_available())
        {
            throw new DiptychException("libtorch finds no GPU, and levers are a GPU's: see diptych doctor; diptych bench times the step on the CPU.");
        }

        using var display = _session.ShowProgress();
        using var model = values.OrNone(_model) is { } folder ? BenchmarkModel.At(folder) : BenchmarkModel.Of(values.Of(_shape, BenchmarkShape.Sd15), (what, done, total) => display.Report(what, done, total), _session.Cancellation);
        var photos = values.OrNone(_photos) ?? Path.Combine(LabModel.Find().Subject("off-palette-dog"), "references");
        var setup = new StepSetup(model.Folder, photos, resolution, batch, MixedPrecision.Bf16, torch.CUDA);
        if (losses is not null)
        {
            var lost = LossTrajectory.Write(losses, methods[0], setup, plan.Steps, (what, done, total) => display.Report(what, done, total), _session.Cancellation);
            display.Dispose();
            _session.Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{losses}: {lost.Count} steps, losses from {lost[0]:0.0000} to {lost[^1]:0.0000}"));
            return ExitCodes.Done;
        }

        var wholeOnly = parsed.GetValue(_whole);
        IReadOnlyList<GpuLevers> variants = wholeOnly ? [GpuLevers.All] : LeverTimer.Variants;
        var plans = methods.SelectMany(method => variants.Select(levers => (method, levers, setup))).ToList();
        if (!wholeOnly && methods.Contains("db"))
        {
            plans.Add(("db", GpuLevers.All, setup with { Use8BitAdam = true }));
        }

        var rows = new List<LeverRow>();
        foreach (var (method, levers, timed) in plans)
        {
            rows.Add(LeverTimer.Measure(method, timed, levers, plan, (what, done, total) => display.Report(what, done, total), _session.Cancellation));
            // After every row: what was measured before an interruption is kept.
            JsonFile.Write(json, JsonSerializer.Serialize(new { shape = model.Name, libtorch = MachineDescription.Current().Libtorch, rows }, Indented));
        }

        display.Dispose();
        foreach (var row in rows)
        {
            _session.Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Method}  batch {row.Batch}  {row.Ms,8:0.00} ms  {row.UsedMb,7:0} MB  loss {row.Loss:0.000}  {row.Levers}"));
        }

        return ExitCodes.Done;
    }
}
