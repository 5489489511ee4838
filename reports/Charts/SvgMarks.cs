using System.Text.RegularExpressions;

namespace Diptych.Reports.Charts;

/// <summary>Makes the plotting library's SVG fit to stand inside a page.</summary>
internal static partial class SvgMarks
{
    /// <summary>Takes the drawing out of its document, gives its ids a prefix, and turns stand-in colours into the page's variables.</summary>
    public static string Restyle(string xml, string id)
    {
        var body = xml[(xml.IndexOf('>', xml.IndexOf("<svg", StringComparison.Ordinal)) + 1)..xml.LastIndexOf("</svg>", StringComparison.Ordinal)];
        body = IdDefinition().Replace(body, $"id=\"{id}-$1\"");
        body = IdReference().Replace(body, $"url(#{id}-$1)");
        body = Space().Replace(body, "><");
        return Tag().Replace(body, tag => Recolour(tag.Value));
    }

    private static string Recolour(string tag)
    {
        var style = "";
        foreach (var ink in Ink.All)
        {
            foreach (var property in new[] { "fill", "stroke" })
            {
                var attribute = $"{property}=\"{ink.StandIn}\"";
                if (tag.Contains(attribute, StringComparison.Ordinal))
                {
                    tag = tag.Replace(attribute, "", StringComparison.Ordinal);
                    style += $"{property}:var({ink.Variable});";
                }
            }
        }

        return style.Length == 0 ? tag : tag.Insert(tag.IndexOf(' ', StringComparison.Ordinal), $" style=\"{style}\"");
    }

    [GeneratedRegex("id=\"([^\"]+)\"")]
    private static partial Regex IdDefinition();

    [GeneratedRegex(@"url\(#([^)]+)\)")]
    private static partial Regex IdReference();

    [GeneratedRegex(@">\s+<")]
    private static partial Regex Space();

    [GeneratedRegex("<[a-zA-Z][^>]*>")]
    private static partial Regex Tag();
}
