using System.CommandLine;
using Diptych.Cli.Benchmarks;
using Diptych.Cli.Options;
using Diptych.Common.Weights;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych bench load</c>: how long a model takes to load, and how much memory, beside what reading its bytes takes.</summary>
internal sealed class BenchLoadVerb
{
    private readonly Session _session;
    private readonly DeviceFlag _device = new();
    private readonly ModelFlags _flags = new();
    private readonly Option<string?> _model = OptionKinds.Required("--model", "PATH", "Model folder or single file.");
    private readonly Option<WeightPrecision?> _precision = OptionKinds.Choice<WeightPrecision>("--precision", "Type the weights are kept in. Default fp32.");
    private readonly Option<bool> _cold = OptionKinds.Flag("--cold", "Drop the files from the system's cache before each reading. Default no: they are read once first.");
    private readonly Option<bool> _noStep = OptionKinds.Flag("--no-step", "Leave the denoising step out. Default no.");
    private readonly Option<string?> _json = JsonFile.Option();

    private BenchLoadVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new BenchLoadVerb(session);
        var load = new Command("load", "Load a model once: time against cat's, peak managed memory, peak resident memory, one denoising step.") { verb._model, verb._precision, verb._cold, verb._noStep, verb._json };
        verb._device.AddTo(load);
        verb._flags.AddTo(load);
        load.SetAction(verb.Load);
        return load;
    }

    private int Load(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var json = parsed.GetValue(_json);
        JsonFile.Check(json);
        var result = LoadingBenchmark.Run(
            values.Required(_model), _flags.Read(values), _device.Read(values), values.Of(_precision, WeightPrecision.Fp32), values.Of(_cold), step: !values.Of(_noStep));
        JsonFile.Write(json, result.ToJson());
        _session.Terminal.Out.Write(result.ToText());
        return ExitCodes.Done;
    }
}
