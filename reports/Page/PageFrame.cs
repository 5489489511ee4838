using Diptych.Reports.Data;
using Diptych.Reports.Findings;

namespace Diptych.Reports.Page;

/// <summary>The document around the sections.</summary>
internal static class PageFrame
{
    public static string Html(RunIndex run, Verdict verdict, string sections) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{Markup.Text(verdict.Headline)} · Diptych</title>
        <style>{StyleSheet()}</style>
        </head>
        <body>
        <a class="skip" href="#pictures">Skip to the pictures</a>
        <main>
        {sections}
        </main>
        <footer><p>Drawn by Diptych {Markup.Text(run.Run.Software.GetValueOrDefault("diptych", ""))} from <code>run.json</code>, <code>images.jsonl</code> and <code>rows.json</code> beside this page. <code>diptych report</code> draws it again.</p></footer>
        </body>
        </html>

        """;

    /// <summary>A section with its heading.</summary>
    public static string Section(string id, string title, string lead, string body) =>
        $"<section id=\"{id}\"><h2>{Markup.Text(title)}</h2>{(lead.Length == 0 ? "" : $"<p class=\"lead\">{Markup.Text(lead)}</p>")}{body}</section>\n";

    /// <summary>The arms' names with their colours and marks.</summary>
    public static string Legend(IEnumerable<ArmRecord> arms) =>
        $"<ul class=\"legend\">{string.Concat(arms.Select(arm => $"<li>{Markup.Swatch(arm.Id)}{Markup.Text(arm.Title)}</li>"))}</ul>";

    /// <summary>A chart that keeps its letters readable on a narrow screen by scrolling sideways.</summary>
    public static string Figure(string svg, string caption) => $"<figure><div class=\"scroll\">{svg}</div><figcaption>{Markup.Text(caption)}</figcaption></figure>";

    private static string StyleSheet()
    {
        using var stream = typeof(PageFrame).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
