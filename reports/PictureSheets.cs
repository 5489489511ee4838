using Diptych.Reports.Data;
using Diptych.Reports.Pictures;
using Diptych.Reports.Sheets;

namespace Diptych.Reports;

/// <summary>Writes a run's pictures as PNG sheets with one column for each arm; labels need no fonts.</summary>
public static class PictureSheets
{
    private const int RowsPerFamily = 8;

    /// <summary>
    /// Writes <c>sheets/overview.png</c> (a row for each family, one context and noise across it)
    /// and <c>sheets/F1.png</c> ... (rows of other contexts and noise), and returns their paths.
    /// </summary>
    /// <exception cref="ReportException">A picture is missing or unreadable.</exception>
    public static IReadOnlyList<string> Write(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var run = new RunIndex(folder);
        // Side by side: packing the pixels of one takes half a second.
        return Task.WhenAll(run.Families
            .Select(family => Task.Run(() => Save(folder, family.Id, Family(run, family))))
            .Prepend(Task.Run(() => Save(folder, "overview", Overview(run))))).GetAwaiter().GetResult();
    }

    private static byte[] Overview(RunIndex run)
    {
        var rows = run.Families
            .Select(family => (family, moment: Selection.Typical(run, family.Id)))
            .Where(row => row.moment is not null)
            .Select(row => Row(run, row.family.Id, row.family.Title, row.family.Id, row.moment!));
        return new SheetPainter(run.Folder, $"{run.Run.Subject.Name}: every kind of prompt, every arm", "Each row: one context, one initial noise for all columns; the row whose scores lie nearest to the arms' means.", run.Arms).Paint([.. rows]);
    }

    private static byte[] Family(RunIndex run, FamilyRecord family)
    {
        var rows = Selection.Spread(run, family.Id, RowsPerFamily)
            .Select(moment => Row(run, $"noise {moment.SeedIndex + 1}", "", family.Id, moment));
        return new SheetPainter(run.Folder, $"{family.Id}: {family.Title}", family.Question, run.Arms).Paint([.. rows]);
    }

    // The label shows the prompt of the last trained arm: the one with the identifier and the class noun in it.
    private static SheetRow Row(RunIndex run, string name, string title, string family, Moment moment)
    {
        var images = run.Arms.Select(arm => Selection.At(run, arm.Id, family, moment)).ToList();
        return new SheetRow(name, title, images.LastOrDefault(image => image is not null)?.Prompt ?? "", images);
    }

    private static string Save(RunFolder folder, string name, byte[] png)
    {
        var file = $"{RunFolder.SheetsFolder}/{name}.png";
        RunFolder.WriteWhole(folder.Path, file, png);
        return Path.Combine(folder.Path, file);
    }
}
