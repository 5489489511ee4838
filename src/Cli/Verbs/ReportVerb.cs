using System.CommandLine;
using Diptych.Cli.Options;
using Diptych.Reports;
using Diptych.Reports.Data;
using Diptych.Reports.Findings;

namespace Diptych.Cli.Verbs;

/// <summary><c>diptych report</c>: a run's page and sheets, drawn again from its folder without the networks.</summary>
internal static class ReportVerb
{
    public static Command Create(Session session)
    {
        var folder = new Argument<string>("RUN") { Description = "Folder that diptych compare wrote." };
        folder.Validators.Add(result => OptionKinds.RefuseEmpty(result, folder.Name));
        var command = new Command("report", "Draw the report of a finished comparison again from its folder; no network is run.") { folder };
        command.SetAction(parsed =>
        {
            Write(session, parsed.GetRequiredValue(folder));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Writes sheets and page, and says the verdict and where the page is.</summary>
    /// <exception cref="ReportException">The folder holds no finished comparison, or cannot be written to.</exception>
    public static void Write(Session session, string path)
    {
        var run = RunFolder.Read(path);
        PictureSheets.Write(run);
        var page = HtmlReport.Write(run);
        var verdict = Verdict.Of(run);
        var output = session.Terminal.Out;
        foreach (var line in (string?[])[verdict.Warning, verdict.Headline, verdict.Lead])
        {
            if (!string.IsNullOrEmpty(line))
            {
                output.WriteLine(line);
            }
        }

        output.WriteLine($"report: {Path.GetFullPath(page)}");
    }
}
