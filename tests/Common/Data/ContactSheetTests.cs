using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

public class ContactSheetTests
{
    private static readonly RgbImage Red = RgbImage.Filled(60, 40, 255, 0, 0);
    private static readonly RgbImage Blue = RgbImage.Filled(60, 40, 0, 0, 255);

    [Fact]
    public void Pictures_stand_in_rows_with_white_between_them()
    {
        var sheet = ContactSheet.Draw([Red, Blue, Blue, Red], 2);
        Assert.Equal((8 + (2 * 68), 8 + (2 * 48)), (sheet.Width, sheet.Height));
        Assert.Equal((255, 0, 0), Pictures.At(sheet, 8, 8));
        Assert.Equal((255, 0, 0), Pictures.At(sheet, 67, 47));
        Assert.Equal((255, 255, 255), Pictures.At(sheet, 68, 47));
        Assert.Equal((0, 0, 255), Pictures.At(sheet, 76, 8));
        Assert.Equal((0, 0, 255), Pictures.At(sheet, 8, 56));
        Assert.Equal((255, 0, 0), Pictures.At(sheet, 76, 56));
    }

    [Fact]
    public void Labels_are_drawn_without_any_font_of_the_machine()
    {
        var sheet = ContactSheet.Draw([Red, Blue], 2, ["full prompt"], ["base", "ti"], "Diptych");
        // Above the pictures: title and headings; left of them: the row's label. All in the one ink.
        Assert.InRange(Ink(sheet, new PixelWindow(0, 0, sheet.Width, 22)), 200, 2000);
        Assert.InRange(Ink(sheet, new PixelWindow(196, 26, 40, 22)), 100, 1000);
        Assert.InRange(Ink(sheet, new PixelWindow(0, 56, 188, 40)), 200, 3000);
        Assert.Equal(0, Ink(sheet, new PixelWindow(196, 56, 128, 40)));
    }

    [Fact]
    public void Long_labels_are_broken_between_words_and_make_room()
    {
        var plain = ContactSheet.Draw([Red], 1, ["short"]);
        var tall = ContactSheet.Draw([Red], 1, ["a photo of sks dog wearing a very long red hat on a snowy mountain in the evening light"]);
        Assert.Equal(plain.Width, tall.Width);
        Assert.True(tall.Height > plain.Height);
        Assert.Equal((255, 0, 0), Pictures.At(tall, 8 + 188 + 30, tall.Height / 2));
    }

    [Fact]
    public void Smaller_and_missing_pictures_keep_the_grid()
    {
        var sheet = ContactSheet.Draw([Red, null, RgbImage.Filled(20, 20, 0, 255, 0)], 3);
        Assert.Equal((255, 255, 255), Pictures.At(sheet, 76 + 30, 28));
        Assert.Equal((0, 255, 0), Pictures.At(sheet, 144 + 30, 28));
        Assert.Equal((255, 255, 255), Pictures.At(sheet, 144 + 10, 28));
    }

    [Fact]
    public void Every_printable_letter_has_a_shape_of_its_own()
    {
        var shapes = Enumerable.Range(' ', '~' - ' ' + 1).Select(c => Convert.ToHexString(Label(((char)c).ToString()).Pixels)).ToList();
        Assert.Equal(95, shapes.Distinct().Count());
    }

    [Fact]
    public void Letters_beyond_ascii_have_a_look_alike() =>
        Assert.Equal(Label("a-b'?").Pixels, Label("a\u2014b\u2019\u00e9").Pixels);

    [Fact]
    public void Missing_labels_and_empty_sheets_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ContactSheet.Draw([], 2));
        Assert.Throws<ArgumentException>(() => ContactSheet.Draw([null], 2));
        Assert.Throws<ArgumentException>(() => ContactSheet.Draw([Red, Blue], 1, ["one"]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Draw([Red, Blue], 2, null, ["one"]));
    }

    private static RgbImage Label(string text) => ContactSheet.Draw([RgbImage.Filled(120, 20, 255, 255, 255)], 1, title: $"[{text}]");

    private static int Ink(RgbImage sheet, PixelWindow window) => sheet.Crop(window).Pixels.Chunk(3).Count(p => p is [32, 32, 32]);
}
