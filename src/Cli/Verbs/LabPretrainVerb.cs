using System.CommandLine;
using System.Globalization;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Common;
using Diptych.Lab;
using Diptych.Lab.Pretraining;
using TorchSharp;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych lab pretrain</c>: builds the embedded model and its judges anew.</summary>
internal sealed class LabPretrainVerb
{
    private readonly Session _session;
    private readonly DeviceFlag _device = new();
    private readonly Option<string?> _work = OptionKinds.Text("--work-dir", "DIR", "Checkpoints and, under lab/, what is being built; the same command goes on from there. Default runs/lab-pretrain, with --micro runs/lab-pretrain-micro.");
    private readonly Option<string?> _output = OptionKinds.Text("--output-dir", "DIR", "Where the finished laboratory is copied. Default nowhere: it stays in the work folder.");
    private readonly Option<long?> _seed = OptionKinds.Seed("--seed", "Names every random choice. Default 0.");
    private readonly Option<bool> _micro = OptionKinds.Flag("--micro", "Everything once in about a minute, far too small to be of use: shows that it works.");
    private readonly Option<bool> _ungated = OptionKinds.Flag("--ungated", "Go on where a stage's figures do not reach the release's limits.");
    private readonly Option<string?> _from = OptionKinds.Text("--from", "DIR", "A laboratory, such as models/lab, from whose weights denoiser and oracle go on, with smaller steps. Default: they begin anew.");
    private readonly Option<double?> _effort = OptionKinds.Number("--effort", "Multiplies the steps of every stage. Default 1.");

    private LabPretrainVerb(Session session) => _session = session;

    public static Command Create(Session session)
    {
        var verb = new LabPretrainVerb(session);
        var command = new Command("pretrain", "Rebuild the embedded model and its judges from a seed: some hours on two cores, minutes on a GPU.")
        {
            verb._work, verb._output, verb._seed, verb._micro, verb._ungated, verb._effort, verb._from,
        };
        verb._device.AddTo(command);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new OptionValues(parsed);
        var effort = values.Of(_effort, 1);
        if (effort is <= 0 or > 100)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--effort {effort} is out of range: choose more than 0, at most 100."));
        }

        var (micro, output) = (parsed.GetValue(_micro), values.OrNone(_output));
        var work = values.Of(_work, Path.Combine("runs", micro ? "lab-pretrain-micro" : "lab-pretrain"));
        OutputFolder.RequireWritable("--work-dir", work, work);
        RequireEmpty(output);
        var device = _device.Read(values);
        var plan = micro ? PretrainingOptions.Micro : device.type == DeviceType.CUDA ? PretrainingOptions.Gpu : PretrainingOptions.Cpu;
        var options = (plan with { Seed = values.Of(_seed, 0), Gated = plan.Gated && !parsed.GetValue(_ungated) }).WithEffort(effort);
        options = values.OrNone(_from) is { } before ? options.GoingOnFrom(new LabModel(before)) : options;
        IReadOnlyList<StageReport> reports;
        LabPretraining pretraining;
        using (var display = _session.ShowProgress())
        {
            pretraining = new LabPretraining(options, work, device, display.Report, _session.Cancellation);
            reports = pretraining.Run();
        }

        foreach (var report in reports)
        {
            foreach (var gate in report.Gates)
            {
                _session.Terminal.Out.WriteLine($"{report.Stage}: {gate}");
            }
        }

        if (output is not null)
        {
            Copy(pretraining.Release.Root, output);
        }

        var laboratory = output ?? pretraining.Release.Root;
        _session.Terminal.Out.WriteLine($"laboratory: {laboratory}");
        _session.Terminal.Out.WriteLine($"to use it: {LabModel.Variable}={Session.Quote(laboratory)} diptych compare");
        return ExitCodes.Done;
    }

    // The copy comes after hours of work: whether it can be made is looked at before.
    private static void RequireEmpty(string? output)
    {
        if (output is null)
        {
            return;
        }

        var folder = OutputFolder.At(output).Root;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new DiptychException($"--output-dir {folder} is not empty: move it away first, so that nothing of it stays among the new files.");
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
