using Diptych.Lab.Judges;
using Diptych.Lab.World;

namespace Diptych.Tests.Lab.Judges;

public class OracleReadingTests
{
    [Fact]
    public void The_largest_logit_names_the_value_and_colours_come_in_8_bit_units()
    {
        var reading = Readings.Of(
            new Readings.Seen((OracleHeads.Class, "teapot"), (OracleHeads.Scene, "moon")),
            new Readings.Seen((OracleHeads.Class, "car")).With(OracleHeads.BodyRgb, new Rgb(51, 102, 204)).With(OracleHeads.PatchRgb, new Rgb(1, 2, 3)));

        Assert.Equal(2, reading.Count);
        Assert.Equal(("teapot", "moon", "car"), (reading.ClassOf(0), reading.Value(OracleHeads.Scene, 0), reading.ClassOf(1)));
        Assert.Equal((false, true), (reading.HasPatch(0), reading.HasPatch(1)));
        Assert.InRange(reading.Colour(OracleHeads.BodyRgb, 1).DistanceTo(new Rgb(51, 102, 204)), 0, 1e-3);
    }
}
