using Diptych.Reports.Charts;
using Diptych.Reports.Data;
using Diptych.Reports.Page;

namespace Diptych.Tests.Reports.Charts;

public sealed class InkTests
{
    [Fact]
    public void Every_arm_has_a_colour_and_a_mark_of_its_own()
    {
        var arms = ArmIds.All.Count;
        Assert.Equal(arms, ArmIds.All.Select(arm => Ink.Of(arm).Variable).Distinct().Count());
        Assert.Equal(arms, ArmIds.All.Select(arm => Ink.Of(arm).Print).Distinct().Count());
        Assert.Equal(arms, ArmIds.All.Select(arm => Marks.Of(arm).ToString()).Distinct().Count());
        Assert.Equal(arms, ArmIds.All.Select(arm => Markup.Swatch(arm)).Distinct().Count());
        Assert.Equal(Ink.All.Count, Ink.All.Select(ink => ink.StandIn).Distinct().Count());
    }

    [Fact]
    public void The_style_sheet_has_every_colour_for_light_and_for_dark_pages()
    {
        using var stream = typeof(Ink).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        var style = reader.ReadToEnd();
        Assert.All(Ink.All, ink => Assert.Equal(3, style.Split(ink.Variable + ": ").Length));
    }
}
