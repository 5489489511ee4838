using Diptych.Reports.Data;
using Diptych.Reports.Pictures;

namespace Diptych.Reports.Page;

/// <summary>More rows of every family, folded.</summary>
internal static class MorePictures
{
    private const int RowsPerFamily = 6;

    public static string Html(RunIndex run) => PageFrame.Section(
        "more-pictures",
        "More pictures",
        "Other contexts and other noise, for each kind of prompt; not selected. All pictures lie in images/ beside this page.",
        string.Concat(run.Families.Select(family => Family(run, family))));

    private static string Family(RunIndex run, FamilyRecord family)
    {
        var rows = Selection.Spread(run, family.Id, RowsPerFamily).Select(moment =>
            $"<tr><th scope=\"row\">{Markup.Text(moment.Context.Length == 0 ? "no context" : moment.Context)}<small>noise {moment.SeedIndex + 1}</small></th>{PictureGrid.Cells(run, family.Id, moment)}</tr>");
        return $"<details><summary><b>{Markup.Text(family.Id)}</b> {Markup.Text(family.Title)} <small>{Markup.Text(family.Question)}</small></summary>{PictureGrid.Grid(run, "context", rows)}</details>";
    }
}
