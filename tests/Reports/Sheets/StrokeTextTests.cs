using Diptych.Reports.Sheets;
using SkiaSharp;

namespace Diptych.Tests.Reports.Sheets;

public sealed class StrokeTextTests
{
    [Fact]
    public void Every_printable_character_of_prompts_has_a_drawable_glyph()
    {
        foreach (var c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?'\"-+=/()[]<>_*%#&")
        {
            Assert.True(StrokeGlyphs.All.TryGetValue(c, out var glyph), c.ToString());
            using var path = SKPath.ParseSvgPathData(glyph.Path);
            Assert.True(path is { PointCount: > 1 }, c.ToString());
            Assert.InRange(path.TightBounds.Right, 0, glyph.Advance);
        }
    }

    [Fact]
    public void Letters_of_equal_shape_are_none()
    {
        var paths = StrokeGlyphs.All.Values.Select(glyph => glyph.Path).ToList();
        Assert.Equal(paths.Count, paths.Distinct().Count());
    }

    [Fact]
    public void Lines_break_at_spaces_and_fit()
    {
        var lines = StrokeText.Wrap("a photo of a sks dog on the moon", 90, 9, 5);
        Assert.True(lines.Count > 1);
        Assert.Equal("a photo of a sks dog on the moon", string.Join(' ', lines));
        Assert.All(lines, line => Assert.True(StrokeText.Width(line, 9) <= 90));
    }

    [Fact]
    public void What_does_not_fit_ends_in_dots()
    {
        Assert.EndsWith("...", StrokeText.Wrap("one two three four five six", 40, 9, 2)[^1], StringComparison.Ordinal);
        Assert.EndsWith("...", StrokeText.Wrap("unbreakablyunbreakablylong", 40, 9, 2)[0], StringComparison.Ordinal);
        Assert.Empty(StrokeText.Wrap("", 40, 9, 2));
    }
}
