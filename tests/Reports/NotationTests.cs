using Diptych.Reports;

namespace Diptych.Tests.Reports;

public sealed class NotationTests
{
    [Theory]
    [InlineData(0.614, "0.61")]
    [InlineData(-0.001, "0.00")]
    [InlineData(-0.25, "\u22120.25")]
    public void Numbers_have_two_decimals_and_a_true_minus(double value, string text) => Assert.Equal(text, Notation.Number(value));

    [Theory]
    [InlineData(0.2, "+0.20")]
    [InlineData(0.001, "0.00")]
    [InlineData(-0.2, "\u22120.20")]
    public void Signed_numbers_show_their_sign_unless_they_are_zero(double value, string text) => Assert.Equal(text, Notation.Signed(value));

    [Theory]
    [InlineData(-0.2, "\u22120.2")]
    [InlineData(0.6000000000000001, "0.6")]
    [InlineData(15.4, "15")]
    public void Decimals_are_as_short_as_they_can_be(double value, string text) => Assert.Equal(text, Notation.Decimal(value));

    [Theory]
    [InlineData(640, "640 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(41_943_040, "40 MiB")]
    public void Bytes_have_binary_units(long value, string text) => Assert.Equal(text, Notation.Bytes(value));

    [Theory]
    [InlineData(45.4, "45 s")]
    [InlineData(512, "8 min 32 s")]
    public void Durations_are_read_by_people(double value, string text) => Assert.Equal(text, Notation.Duration(value));

    [Fact]
    public void Lists_read_as_sentences()
    {
        Assert.Equal("none", Notation.Words([]));
        Assert.Equal("F1", Notation.Words(["F1"]));
        Assert.Equal("F1, F2 and F3", Notation.Words(["F1", "F2", "F3"]));
    }
}
