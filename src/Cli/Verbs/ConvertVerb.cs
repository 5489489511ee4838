using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common.Pipelines;
using Diptych.Common.Runtime;
using Diptych.Common.Weights;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych convert</c>: a single-file checkpoint as a folder in diffusers' layout.</summary>
internal sealed class ConvertVerb
{
    private readonly Session _session;
    private readonly ModelFlags _flags = new();
    private readonly Option<string?> _from = OptionKinds.Required("--from", "FILE", "The checkpoint: Stable Diffusion 1.x, 2.x or XL in the original layout, .safetensors or .ckpt.");
    private readonly Option<string?> _output = OptionKinds.Required("--output-dir", "DIR", "The folder; files of the same names are replaced.");
    private readonly Option<WeightPrecision?> _precision = OptionKinds.Choice<WeightPrecision>("--precision", "Type of the weights. Default as they are stored.");

    private ConvertVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new ConvertVerb(session);
        var command = new Command("convert", "Write a single-file checkpoint as a model folder in diffusers' layout.") { verb._from, verb._output, verb._precision };
        verb._flags.AddTo(command);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var output = OutputFolder.At(values.Required(_output));
        TorchRuntime.Load();
        var model = SingleFileModel.Open(values.Required(_from), _flags.Read(values));
        foreach (var remark in model.Remarks)
        {
            _session.Terminal.Error.WriteLine(remark);
        }

        using (var display = _session.ShowProgress())
        {
            var done = 0;
            model.Convert(output.Root, values.OrNone(_precision)?.Type(), network => display.Report($"writing {network}", done++, model.Networks.Count), _session.Cancellation);
        }

        _session.Terminal.Out.WriteLine(output.Root);
        return ExitCodes.Done;
    }
}
