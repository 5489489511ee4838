using System.CommandLine;
using System.Globalization;
using Diptych.Cli.Options;
using Diptych.Common.Runtime;
using Diptych.Lab;
using Diptych.StepTiming;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych bench</c>: what a training step costs here, against the reference scripts' way of taking it.</summary>
internal sealed class BenchVerb
{
    private const string LabShape = "lab";

    private readonly Session _session;
    private readonly DeviceFlag _device = new();
    private readonly Option<string?> _model = OptionKinds.Text("--model", "DIR", "A model folder to time instead of the embedded model; random weights do, speed does not depend on them.");
    private readonly Option<string?> _photos = OptionKinds.Text("--instance-data-dir", "DIR", "Training photos. Default the embedded subject's.");
    private readonly Option<string?> _method = OptionKinds.Text("--method", "ti|db", "Textual Inversion or DreamBooth. Default both.");
    private readonly Option<int?> _batch = OptionKinds.Whole("--batch", "Pictures a step. Default 4.");
    private readonly Option<int?> _resolution = OptionKinds.Whole("--resolution", "Pixels a side. Default the model's own.");
    private readonly Option<int?> _steps = OptionKinds.Whole("--steps", "Timed steps of each side; the median counts. Default 15.");
    private readonly Option<MixedPrecision?> _precision = OptionKinds.Choice<MixedPrecision>("--mixed-precision", "Precision of our products; the script-shaped step stays in fp32. Default no: fp32.");
    private readonly Option<string?> _json = JsonFile.Option();

    private BenchVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new BenchVerb(session);
        var command = new Command("bench", "Time training steps against script-shaped ones, phase by phase, in one run.")
        {
            verb._model, verb._photos, verb._method, verb._batch, verb._resolution, verb._steps, verb._precision, verb._json,
        };
        verb._device.AddTo(command);
        command.SetAction(verb.Run);
        command.Add(BenchLoadVerb.Create(session));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        string[] methods = values.OrNone(_method) switch
        {
            null => ["ti", "db"],
            "ti" => ["ti"],
            "db" => ["db"],
            var other => throw new UsageException($"--method {other}: choose ti or db."),
        };
        var steps = InRange("--steps", values.Of(_steps, 15), 1000);
        var batch = InRange("--batch", values.Of(_batch, 4), 1024);
        var json = parsed.GetValue(_json);
        JsonFile.Check(json);
        var device = _device.Read(values);
        var lab = LabModel.Find();
        var model = values.OrNone(_model);
        var setup = new StepSetup(
            model ?? lab.Model, values.OrNone(_photos) ?? Path.Combine(lab.Subject("off-palette-dog"), "references"), values.OrNone(_resolution) ?? OwnSize(model ?? lab.Model),
            batch, values.Of(_precision, MixedPrecision.No), device);
        var name = model is null ? LabShape : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model)));

        var ceiling = MachineCeiling.Measure(device);
        var rows = new List<StepTimingRow>();
        using (var display = _session.ShowProgress())
        {
            foreach (var method in methods)
            {
                rows.Add(StepTimer.Measure(name, method, setup, steps, ceiling, (what, done, total) => display.Report(what, done, total), _session.Cancellation));
            }
        }

        var machine = MachineDescription.Current();
        var result = new StepTimingResult(string.Create(CultureInfo.InvariantCulture, $"{machine.Cpu}, {machine.Cores} cores, {machine.Threads} threads, libtorch {machine.Libtorch}"), ceiling, rows);
        JsonFile.Write(json, result.ToJson());
        _session.Terminal.Out.Write(result.ToTable());
        return ExitCodes.Done;
    }

    private static int OwnSize(string model)
    {
        using var sd = Common.Pipelines.StableDiffusion.Load(model);
        return sd.PictureSize;
    }

    private static int InRange(string option, int value, int most) =>
        value >= 1 && value <= most ? value : throw new UsageException($"{option} {value} is out of range: choose from 1 to {most}.");
}
