using System.Net;
using System.Text.RegularExpressions;
using Diptych.Reports.Charts;
using Diptych.Reports.Data;
using Diptych.Reports.Pictures;

namespace Diptych.Reports.Page;

/// <summary>Small pieces of HTML.</summary>
internal static partial class Markup
{
    /// <summary>Text with markup characters made harmless.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Sentences, with every number kept on one line with its interval.</summary>
    public static string Sentences(string text) => Measured().Replace(Text(text), "<span class=\"measured\">$0</span>");

    /// <summary>An arm's mark in its colour, as in the charts.</summary>
    public static string Swatch(string arm)
    {
        var colour = $"var({Ink.Of(arm).Variable})";
        var shape = arm switch
        {
            ArmIds.Base => $"<circle cx=\"7\" cy=\"7\" r=\"4\" fill=\"none\" stroke-width=\"2\" style=\"stroke:{colour}\"/>",
            ArmIds.Class => $"<path d=\"M3 3H11V11H3Z\" fill=\"none\" stroke-width=\"2\" style=\"stroke:{colour}\"/>",
            ArmIds.Words => $"<path d=\"M3 3H11V11H3Z\" style=\"fill:{colour}\"/>",
            ArmIds.DreamBooth => $"<path d=\"M7 1L13 7L7 13L1 7Z\" style=\"fill:{colour}\"/>",
            ArmIds.DreamBoothPrior => $"<path d=\"M7 1.5L13 12H1Z\" style=\"fill:{colour}\"/>",
            _ => $"<circle cx=\"7\" cy=\"7\" r=\"5\" style=\"fill:{colour}\"/>",
        };
        return $"<svg class=\"swatch\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">{shape}</svg>";
    }

    /// <summary>A picture of the run inside the page.</summary>
    public static string Picture(RunFolder folder, string file, string alternative, int edge = 256) =>
        $"<img src=\"{EmbeddedPicture.DataUri(folder, file, edge)}\" alt=\"{Text(alternative)}\" loading=\"lazy\">";

    /// <summary>A drawn picture with its prompt as alternative text.</summary>
    public static string Picture(RunIndex run, ImageRecord image) =>
        Picture(run.Folder, image.File, $"{run.ArmTitle(image.Arm)}: {image.Prompt}");

    /// <summary>Rows of names and values.</summary>
    public static string Pairs(IEnumerable<(string Name, string Value)> pairs) =>
        $"<dl class=\"pairs\">{string.Concat(pairs.Select(pair => $"<div><dt>{Text(pair.Name)}</dt><dd>{Text(pair.Value)}</dd></div>"))}</dl>";

    [GeneratedRegex(@"[+\u2212]?[0-9.]+ \[[^\]]+\]")]
    private static partial Regex Measured();
}
