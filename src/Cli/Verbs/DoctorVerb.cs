using System.CommandLine;
using Diptych.Cli.Terminals;
using Diptych.Common;
using Diptych.Common.Runtime;
using Diptych.Lab;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych doctor</c>: what was found, what is missing, and the remedy.</summary>
internal static class DoctorVerb
{
    private static readonly string[] LabFiles =
    [
        "model/model_index.json", "model/scheduler/scheduler_config.json", "model/tokenizer/tokenizer_config.json", "model/text_encoder/model.safetensors",
        "model/unet/diffusion_pytorch_model.safetensors", "model/vae/diffusion_pytorch_model.safetensors", "judges/oracle/model.safetensors",
        "judges/mini-clip/model.safetensors", "judges/mini-dino/model.safetensors", "subjects/off-palette-dog/subject.json", "captions-seen.json", "captions-unseen.json",
    ];

    public static Command Create(Session session)
    {
        var json = JsonFile.Option();
        var folder = Options.OptionKinds.Text("--output-dir", "DIR", "Folder whose free space and permissions are looked at. Default: the current folder.");
        var command = new Command("doctor", "Look at this machine: what was found, what is missing, and the remedy.") { json, folder };
        command.SetAction(parsed => Run(session.Terminal, parsed.GetValue(json), parsed.GetValue(folder) ?? Environment.CurrentDirectory));
        return command;
    }

    private static int Run(Terminal terminal, string? json, string folder)
    {
        JsonFile.Check(json);
        var report = Doctor.Examine(folder);
        report = new DoctorReport([.. report.Findings, Lab()]);
        foreach (var finding in report.Findings)
        {
            terminal.Out.WriteLine($"{Word(finding.Status, terminal)}  {finding.Name}: {finding.Detail}");
            if (finding.Remedy.Length > 0)
            {
                terminal.Out.WriteLine($"           -> {finding.Remedy}");
            }
        }

        terminal.Out.WriteLine(report.Usable ? "Everything needed is there." : "Something needed is missing: see the lines marked 'problem'.");
        JsonFile.Write(json, report.ToJson());
        return report.Usable ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static DoctorFinding Lab()
    {
        const string name = "embedded model";
        try
        {
            var root = LabModel.Find().Root;
            var bad = LabFiles.Where(f => !File.Exists(Path.Combine(root, f)) || new FileInfo(Path.Combine(root, f)).Length < 16).ToList();
            return bad.Count == 0
                ? DoctorFinding.Fine(name, $"{root} ({LabModel.Variable} chooses another laboratory)")
                : DoctorFinding.Problem(name, $"{root} lacks {string.Join(", ", bad)}", $"check the repository out again, or point {LabModel.Variable} to a whole laboratory.");
        }
        catch (DiptychException e)
        {
            return DoctorFinding.Problem(name, "not found", e.Message);
        }
    }

    private static string Word(DoctorStatus status, Terminal terminal)
    {
        var (word, colour) = status switch
        {
            DoctorStatus.Fine => ("fine   ", "32"),
            DoctorStatus.Note => ("note   ", "33"),
            _ => ("problem", "31"),
        };
        return terminal is { OutIsTerminal: true, Colour: true } ? $"\u001b[{colour}m{word}\u001b[0m" : word;
    }
}
