using Diptych.Reports.Data;
using Diptych.Reports.Findings;
using Diptych.Reports.Page;

namespace Diptych.Reports;

/// <summary>Writes a run's page: one file that opens offline, with its pictures, charts and style inside.</summary>
public static class HtmlReport
{
    /// <summary>Writes <c>report.html</c> into the run folder and returns its path.</summary>
    /// <exception cref="ReportException">A picture is missing or unreadable, or the page cannot be written.</exception>
    public static string Write(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RunFolder.WriteWhole(folder.Path, RunFolder.ReportFile, Render(folder));
        return Path.Combine(folder.Path, RunFolder.ReportFile);
    }

    /// <summary>The page as text.</summary>
    internal static string Render(RunFolder folder)
    {
        var run = new RunIndex(folder);
        var verdict = Verdict.Of(folder);
        string[] sections =
        [
            Opening.Html(run, verdict),
            PictureGrid.Html(run),
            Scores.Html(run),
            PartialPrompts.Html(run),
            TradeOff.Html(run),
            Attributes.Html(run),
            Cost.Html(run),
            MorePictures.Html(run),
            Prompts.Html(run),
            Settings.Html(run),
        ];
        return PageFrame.Html(run, verdict, string.Concat(sections));
    }
}
