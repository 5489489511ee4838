using System.CommandLine;
using System.Globalization;
using Diptych.Cli.Benchmarks;
using Diptych.Cli.Options;
using Diptych.Common.Runtime;
using Diptych.Lab;
using Diptych.StepTiming;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych bench</c>: what a training step costs here, against the reference scripts' way of taking it.</summary>
internal sealed class BenchVerb
{
    // Batches drawn on each side.
    private const int Rounds = 3;
    private const int SamplerSteps = 25;

    private readonly Session _session;
    private readonly DeviceFlag _device = new();
    private readonly Option<BenchmarkShape?> _shape = OptionKinds.Choice<BenchmarkShape>("--shape", "The embedded model, or a model of full size with random weights, written to the temporary folder (4 or 14 GB). Default lab.");
    private readonly Option<string?> _model = OptionKinds.Text("--model", "DIR", "A model folder to time instead of a shape.");
    private readonly Option<string?> _photos = OptionKinds.Text("--instance-data-dir", "DIR", "Training photos. Default the embedded subject's.");
    private readonly Option<string?> _method = OptionKinds.Text("--method", "ti|db|draw", "Textual Inversion's step, DreamBooth's, or drawing pictures. Default the two steps.");
    private readonly Option<int?> _batch = OptionKinds.Whole("--batch", "Pictures a step. Default 4; 8 for drawing, of which ours takes 32 at once where they are small.");
    private readonly Option<int?> _resolution = OptionKinds.Whole("--resolution", "Pixels a side, a multiple of 8. Default the model's own.");
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", "Timed steps of each side, the median counts; for drawing, sampler steps of each of three batches. Default 60 for models as small as the embedded one, otherwise 15; 25 for drawing.");
    private readonly PrecisionFlag _precision = new("Precision of our products; the script-shaped side stays in fp32.");
    private readonly Option<string?> _json = JsonFile.Option();

    private BenchVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new BenchVerb(session);
        var command = new Command("bench", "Time training steps and drawing against the reference scripts' way, phase by phase, in one run.")
        {
            verb._shape, verb._model, verb._photos, verb._method, verb._batch, verb._resolution, verb._steps, verb._precision.Option, verb._json,
        };
        verb._device.AddTo(command);
        command.SetAction(verb.Run);
        command.Add(BenchLoadVerb.Create(session));
        command.Add(BenchLeversVerb.Create(session));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var methods = Methods(values.OrNone(_method), "ti", "db", "draw");
        if (values.OrNone(_model) is not null && values.OrNone(_shape) is not null)
        {
            throw new UsageException("--model and --shape both say what is timed: give one of them.");
        }

        var draws = methods is ["draw"];
        var steps = values.OrNone(_steps) is { } asked ? InRange("--steps", asked, 1000) : (int?)null;
        var batch = InRange("--batch", values.Of(_batch, draws ? 8 : 4), 1024);
        var resolution = MultipleOf8(values.OrNone(_resolution));
        var json = parsed.GetValue(_json);
        JsonFile.Check(json);
        var device = _device.Read(values);
        using var display = _session.ShowProgress();
        using var model = values.OrNone(_model) is { } folder ? BenchmarkModel.At(folder) : BenchmarkModel.Of(values.Of(_shape, BenchmarkShape.Lab), (what, done, total) => display.Report(what, done, total), _session.Cancellation);
        var setup = new StepSetup(
            model.Folder, values.OrNone(_photos) ?? Path.Combine(LabModel.Find().Subject("off-palette-dog"), "references"), resolution ?? OwnSize(model.Folder),
            batch, _precision.Read(values, device, model.Folder), device);

        var fp32 = MachineCeiling.Measure(device);
        var bf16 = setup.Precision == MixedPrecision.Bf16 ? MachineCeiling.Measure(device, MixedPrecision.Bf16) : null;
        var rows = methods.Select(method => draws
            ? SamplingTimer.Measure(model.Name, setup, steps ?? SamplerSteps, Rounds, bf16 ?? fp32, (what, done, total) => display.Report(what, done, total), _session.Cancellation)
            : StepTimer.Measure(model.Name, method, setup, steps, bf16 ?? fp32, (what, done, total) => display.Report(what, done, total), _session.Cancellation)).ToList();
        var machine = MachineDescription.Current();
        var result = new StepTimingResult(string.Create(CultureInfo.InvariantCulture, $"{machine.Cpu}, {machine.Cores} cores, {machine.Threads} threads, libtorch {machine.Libtorch}"), fp32, bf16, rows);
        JsonFile.Write(json, result.ToJson());
        display.Dispose();
        _session.Terminal.Out.Write(result.ToTable());
        return ExitCodes.Done;
    }

    private static int OwnSize(string model)
    {
        using var sd = Common.Pipelines.StableDiffusion.Load(model);
        return sd.PictureSize;
    }

    /// <summary>The methods to be timed: the one that is named, else the two that train.</summary>
    /// <exception cref="UsageException">It is none of <paramref name="known"/>.</exception>
    internal static string[] Methods(string? named, params string[] known) =>
        named is null ? ["ti", "db"] : known.Contains(named) ? [named] : throw new UsageException($"--method {named}: choose {string.Join(", ", known[..^1])} or {known[^1]}.");

    internal static int? MultipleOf8(int? resolution) => resolution is null || (resolution is >= 8 and <= 4096 && resolution % 8 == 0)
        ? resolution
        : throw new UsageException($"--resolution {resolution} is out of range: choose a multiple of 8 from 8 to 4096.");

    internal static int InRange(string option, int value, int most) =>
        value >= 1 && value <= most ? value : throw new UsageException($"{option} {value} is out of range: choose from 1 to {most}.");
}
