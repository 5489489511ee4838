using Diptych.Reports;
using Diptych.Reports.Data;
using SkiaSharp;

namespace Diptych.Tests.Reports;

public sealed class PictureSheetsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("diptych-sheets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_sheet_for_all_families_and_one_for_each()
    {
        SyntheticRun.Write(_folder);
        var names = PictureSheets.Write(RunFolder.Read(_folder)).Select(path => Path.GetRelativePath(_folder, path));
        Assert.Equal(["sheets/overview.png", .. SyntheticRun.Default.Families.Select(family => $"sheets/{family}.png")], names);
    }

    [Fact]
    public void Columns_are_arms_and_rows_are_families_with_their_pictures_in_place()
    {
        SyntheticRun.Write(_folder);
        PictureSheets.Write(RunFolder.Read(_folder));
        using var sheet = SKBitmap.Decode(Path.Combine(_folder, "sheets/overview.png"));
        Assert.Equal((24 * 2) + 190 + (6 * 166) - 6, sheet.Width);
        Assert.Equal(104 + (8 * 166) - 6 + 24, sheet.Height);
        // F1 has one context: each arm's square is the context's hue moved by 15 degrees an arm.
        for (var arm = 0; arm < 6; arm++)
        {
            sheet.GetPixel(24 + 190 + (arm * 166) + 80, 104 + 80).ToHsl(out var hue, out _, out _);
            Assert.Equal(arm * 15, hue, 2f);
        }
    }

    [Fact]
    public void Labels_are_drawn_without_any_font()
    {
        SyntheticRun.Write(_folder);
        PictureSheets.Write(RunFolder.Read(_folder));
        using var sheet = SKBitmap.Decode(Path.Combine(_folder, "sheets/overview.png"));
        // The label column of the first row holds ink, and not everywhere.
        var dark = 0;
        for (var y = 104; y < 264; y++)
        {
            for (var x = 24; x < 200; x++)
            {
                dark += sheet.GetPixel(x, y).Red < 160 ? 1 : 0;
            }
        }

        Assert.InRange(dark, 100, 6000);
    }
}
