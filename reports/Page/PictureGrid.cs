using Diptych.Reports.Charts;
using Diptych.Reports.Data;
using Diptych.Reports.Pictures;

namespace Diptych.Reports.Page;

/// <summary>The grid: families below one another, arms side by side, one context and noise in each row.</summary>
internal static class PictureGrid
{
    public static string Html(RunIndex run)
    {
        var rows = run.Families
            .Select(family => (family, moment: Selection.Typical(run, family.Id)))
            .Where(row => row.moment is not null)
            .Select(row => Row(run, row.family, row.moment!));
        return PageFrame.Section(
            "pictures",
            "The same prompt, the same noise, every method",
            "Each row asks one kind of prompt. Within a row all columns share the context and the initial noise; the row shown is the one whose scores lie nearest to the arms\u2019 means, not the prettiest.",
            Grid(run, "kind of prompt", rows));
    }

    /// <summary>A table of pictures with the arms as columns.</summary>
    public static string Grid(RunIndex run, string corner, IEnumerable<string> rows)
    {
        var heads = string.Concat(run.Arms.Select(arm => $"<th scope=\"col\" style=\"--arm:var({Ink.Of(arm.Id).Variable})\"><span class=\"wide\">{Markup.Text(arm.Title)}</span><span class=\"narrow\" aria-hidden=\"true\">{Markup.Text(Short(arm.Id))}</span></th>"));
        return $"<div class=\"scroll\"><table class=\"grid\" style=\"--arms:{run.Arms.Count}\"><thead><tr><th scope=\"col\"><span class=\"quiet\">{Markup.Text(corner)}</span></th>{heads}</tr></thead><tbody>{string.Concat(rows)}</tbody></table></div>";
    }

    /// <summary>The cells of one row.</summary>
    public static string Cells(RunIndex run, string family, Moment moment) => string.Concat(run.Arms.Select(arm =>
        Selection.At(run, arm.Id, family, moment) is { } image ? $"<td>{Markup.Picture(run, image)}</td>" : "<td><span class=\"quiet\">not drawn</span></td>"));

    // What fits above a picture on a phone.
    private static string Short(string arm) => arm switch
    {
        ArmIds.TextualInversion => "TI",
        ArmIds.DreamBooth => "DB",
        ArmIds.DreamBoothPrior => "DB, prior",
        _ => arm,
    };

    private static string Row(RunIndex run, FamilyRecord family, Moment moment)
    {
        // The prompt with identifier and class noun in it says most; without a DreamBooth arm the last one drawn has to do.
        var drawn = run.Arms.Select(arm => Selection.At(run, arm.Id, family.Id, moment)).OfType<ImageRecord>().ToList();
        var prompt = (drawn.FirstOrDefault(image => image.Arm == ArmIds.DreamBooth) ?? drawn[^1]).Prompt;
        return $"<tr><th scope=\"row\"><b>{Markup.Text(family.Id)}</b> {Markup.Text(family.Title)}<small>\u201C{Markup.Text(prompt)}\u201D</small></th>{Cells(run, family.Id, moment)}</tr>";
    }
}
