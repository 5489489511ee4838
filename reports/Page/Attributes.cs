using System.Globalization;
using Diptych.Reports.Data;

namespace Diptych.Reports.Page;

/// <summary>Which part of the subject was kept and which was lost.</summary>
internal static class Attributes
{
    private static readonly string[] Own = ["body", "part", "pattern"];
    private static readonly string[] Worn = ["accessory", "patch"];

    public static string Html(RunIndex run)
    {
        var images = run.Folder.Images.Where(image => FamilyIds.Subject.Contains(image.Family)).ToList();
        var names = images.SelectMany(image => image.Attributes.Keys).Distinct().ToList();
        if (names.Count == 0)
        {
            return "";
        }

        var heads = string.Concat(names.Select(name => $"<th scope=\"col\">{Markup.Text(name)}</th>"));
        var rows = run.Arms.Select(arm => Row(
            Markup.Swatch(arm.Id) + Markup.Text(arm.Title),
            names.Select(name => Mean(images.Where(image => image.Arm == arm.Id), name))));
        var ceilings = run.Run.Ceilings.HeldOutAttributes;
        var foot = ceilings.Count == 0
            ? ""
            : $"<tfoot>{Row("Real pictures", names.Select(name => ceilings.TryGetValue(name, out var value) ? value : (double?)null))}</tfoot>";
        return PageFrame.Section(
            "attributes",
            "What was kept, what was lost",
            "Share of pictures, over the families that ask for the subject, in which the judge reads the subject\u2019s own value back. Read each column against its last line: where the judge misses even real pictures, it proves nothing." + OfTheClass(names),
            $"<div class=\"scroll\"><table class=\"heat\"><thead><tr><th scope=\"col\"><span class=\"quiet\">method</span></th>{heads}</tr></thead><tbody>{string.Concat(rows)}</tbody>{foot}</table></div>");
    }

    // Some columns say that it is one of the class, and only the others which one.
    private static string OfTheClass(List<string> names)
    {
        List<string> own = [.. names.Intersect(Own)];
        List<string> worn = [.. names.Intersect(Worn)];
        if (own.Count == 0 || !names.Contains("class"))
        {
            return "";
        }

        var absent = worn.Count == 0 ? "" : $", and so {Are(worn)} {Notation.Words(worn)} where the subject has none";
        return $" Class is also right in any plain member of the class{absent}; {Notation.Words(own)} {Are(own)} the subject\u2019s own.";
    }

    private static string Are(List<string> names) => names.Count == 1 ? "is" : "are";

    private static string Row(string head, IEnumerable<double?> values) => $"<tr><th scope=\"row\">{head}</th>{string.Concat(values.Select(Cell))}</tr>";

    private static string Cell(double? value) => value is { } share
        ? $"<td style=\"--value:{share.ToString("0.###", CultureInfo.InvariantCulture)}\"{(share > 0.84 ? " class=\"deep\"" : "")}>{Notation.Number(share)}</td>"
        : "<td class=\"quiet\">\u2013</td>";

    private static double? Mean(IEnumerable<ImageRecord> images, string name)
    {
        var values = images.Where(image => image.Attributes.ContainsKey(name)).Select(image => image.Attributes[name]).ToList();
        return values.Count == 0 ? null : values.Average();
    }
}
