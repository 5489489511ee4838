using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Cli.Runs;
using Diptych.Cli.Terminals;
using Diptych.Common;
using Diptych.Comparison;
using Diptych.Reports.Data;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych compare</c>: both methods on one subject, and the report.</summary>
internal static class CompareVerb
{
    public static Command Create(Session session)
    {
        var flags = new ComparisonFlags();
        var json = JsonFile.Option();
        var command = new Command("compare", "Teach one subject in both ways, ask for the same pictures, measure them, and write the report.");
        flags.AddTo(command);
        command.Add(json);
        command.SetAction(parsed => Run(session, new OptionValues(parsed), flags, parsed.GetValue(json)));
        return command;
    }

    private static int Run(Session session, OptionValues values, ComparisonFlags flags, string? json)
    {
        JsonFile.Check(json);
        var options = flags.Read(values, session.Clock.GetUtcNow());
        var folder = OutputFolder.At(options.OutputDir);
        try
        {
            SummaryRecord summary;
            using (var display = new AnnouncingDisplay(session.ShowProgress(), [$"options: {values}"]))
            {
                summary = ComparisonRunner.Run(options, session.CommandLine, p => Show(display, p), session.Cancellation);
            }

            ReportVerb.Write(session, options.OutputDir);
            JsonFile.Write(json, RunFolder.ToJson(summary));
            return ExitCodes.Done;
        }
        catch (OperationCanceledException e)
        {
            throw new InterruptedException($"interrupted; to go on: {GoOn(session, options)}", e);
        }
        catch (DiptychException)
        {
            folder.RemoveIfEmpty("comparison.id");
            throw;
        }
    }

    private static void Show(AnnouncingDisplay display, ComparisonProgress progress) => display.Report(
        $"{progress.StageNumber}/{progress.Stages} {progress.Stage}", progress.Done, progress.Total,
        progress.Remaining > TimeSpan.Zero ? $"all done in {Pace.Duration(progress.Remaining.TotalSeconds)}" : "");

    private static string GoOn(Session session, ComparisonOptions options)
    {
        var command = session.CommandLine;
        command += session.Arguments.Any(a => a.StartsWith("--output", StringComparison.Ordinal)) ? "" : $" --output-dir {Session.Quote(options.OutputDir)}";
        return command + (options.Resume ? "" : " --resume");
    }
}
