using Diptych.Lab.Judges;
using Diptych.Lab.Verification;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.Verification;

public class AttributeAccuracyTests
{
    private static readonly PictureAttributes[] Truth =
    [
        new() { Class = "dog", Colour = "red", Scene = "moon", Style = "photo", Layout = "left", Light = "normal", Pattern = "striped", Accessory = "none" },
        new() { Class = "cat", Colour = null, Scene = "beach", Style = "poster", Layout = "centre", Light = "dark", Pattern = "none", Accessory = "none" },
    ];

    private static readonly OracleReading Reading = Readings.Of(
        new Readings.Seen((OracleHeads.Class, "dog"), (OracleHeads.Colour, "red"), (OracleHeads.Scene, "moon"), (OracleHeads.Layout, "left"), (OracleHeads.Light, "bright")),
        new Readings.Seen((OracleHeads.Class, "dog"), (OracleHeads.Colour, "blue"), (OracleHeads.Scene, "beach"), (OracleHeads.Style, "poster"), (OracleHeads.Layout, "small"), (OracleHeads.Light, "dark")));

    [Fact]
    public void Only_what_was_said_counts_for_drawn_captions() =>
        Assert.Equal(
            "class 0.500 (2), colour 1.000 (1), background 1.000 (2), style 1.000 (2), layout 1.000 (1), light 1.000 (1), accessory -, pattern 0.000 (1)",
            Text(whereSaid: true));

    [Fact]
    public void Every_known_value_counts_for_the_judges_ceiling() =>
        Assert.Equal(
            "class 0.500 (2), colour 1.000 (1), background 1.000 (2), style 1.000 (2), layout 0.500 (2), light 0.500 (2), accessory 1.000 (2), pattern 0.500 (2)",
            Text(whereSaid: false));

    [Fact]
    public void A_truth_for_another_number_of_pictures_is_refused() =>
        Assert.Throws<ArgumentException>(() => AttributeAccuracy.Of(Reading, [Truth[0]], whereSaid: true));

    private static string Text(bool whereSaid) => string.Join(", ", AttributeAccuracy.Of(Reading, Truth, whereSaid).Select(measure => $"{measure.Key} {measure.Value}"));
}
