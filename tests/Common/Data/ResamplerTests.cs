using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

public class ResamplerTests
{
    // A row of five greys; what each filter makes of it follows from the filters' definitions (see the worked numbers beside each).
    private static readonly RgbImage Row = Grey(5, 1, 10, 250, 30, 200, 90);

    [Fact]
    public void Box_halving_is_the_mean_of_pairs() =>
        // (10 + 250) / 2 and (30 + 200) / 2.
        Assert.Equal([130, 115], Greys(Resampler.Resize(Grey(4, 1, 10, 250, 30, 200), 2, 1, Resampling.Box)));

    [Fact]
    public void Bilinear_doubling_mixes_three_to_one() =>
        // Weights 3/4 and 1/4 between neighbours, clamped at the ends: (3*10 + 250)/4 = 70, (10 + 3*250)/4 = 190, ...
        Assert.Equal([10, 70, 190, 195, 85, 73, 158, 173, 118, 90], Greys(Resampler.Resize(Row, 10, 1, Resampling.Bilinear)));

    [Fact]
    public void Bilinear_shrinking_widens_the_triangle() =>
        // 4 -> 2: distances 1/4, 3/4 (and 5/4 -> outside on one side, 3/4 over the middle): weights 3/4, 3/4, 1/4 normalised by 7/4.
        Assert.Equal([(byte)Math.Round(((3 * 10) + (3 * 250) + 30) / 7.0), (byte)Math.Round((250 + (3 * 30) + (3 * 200)) / 7.0)],
            Greys(Resampler.Resize(Grey(4, 1, 10, 250, 30, 200), 2, 1, Resampling.Bilinear)));

    [Fact]
    public void Bicubic_doubling_is_keys_convolution_with_a_half()
    {
        // At distances 1/4, 3/4, 5/4, 7/4 the weights are 111/128, 29/128, -9/128, -3/128 (Keys 1981, a = -1/2).
        var expected = Math.Round(((-9 * 10) + (111 * 250) + (29 * 30) + (-3 * 200)) / 128.0);
        Assert.Equal(expected, Greys(Resampler.Resize(Row, 10, 1, Resampling.Bicubic))[3]);
    }

    [Fact]
    public void Overshoot_is_clamped_not_wrapped()
    {
        var edge = Greys(Resampler.Resize(Grey(4, 1, 0, 0, 255, 255), 8, 1, Resampling.Bicubic));
        Assert.Equal(0, edge[2]);
        Assert.Equal(255, edge[5]);
    }

    [Fact]
    public void Lanczos_weights_follow_the_windowed_sinc()
    {
        static double Weight(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x) * (Math.Sin(Math.PI * x / 3) / (Math.PI * x / 3));
        byte[] values = [10, 250, 30, 200, 90];
        var weights = Enumerable.Range(0, 5).Select(i => Math.Abs(i + 0.5 - 2.25) < 3 ? Weight(i + 0.5 - 2.25) : 0).ToArray();
        var expected = Math.Round(weights.Zip(values, (w, v) => w * v).Sum() / weights.Sum());
        Assert.Equal(expected, Greys(Resampler.Resize(Row, 10, 1, Resampling.Lanczos))[4]);
    }

    [Theory]
    [InlineData(Resampling.Box)]
    [InlineData(Resampling.Bilinear)]
    [InlineData(Resampling.Bicubic)]
    [InlineData(Resampling.Lanczos)]
    public void A_flat_picture_stays_flat(Resampling filter)
    {
        var flat = Resampler.Resize(RgbImage.Filled(37, 23, 0, 127, 255), 101, 11, filter);
        Assert.Equal(RgbImage.Filled(101, 11, 0, 127, 255).Pixels, flat.Pixels);
    }

    [Theory]
    [InlineData(Resampling.Box)]
    [InlineData(Resampling.Bicubic)]
    [InlineData(Resampling.Lanczos)]
    public void An_axis_that_keeps_its_length_passes_through(Resampling filter)
    {
        // Every row of this picture is one colour, so a change of width alone changes nothing.
        var stripes = Resampler.Resize(Pictures.Gradient(1, 40), 30, 40, filter);
        Assert.Equal(Pictures.Gradient(1, 40).Pixels, stripes.Crop(new PixelWindow(12, 0, 1, 40)).Pixels);
    }

    [Theory]
    [InlineData(60, 45, 23, 17)]
    [InlineData(20, 31, 64, 90)]
    [InlineData(30, 200, 20, 40)]
    public void A_window_equals_the_crop_of_the_whole(int width, int height, int toWidth, int toHeight)
    {
        var image = Pictures.Gradient(width, height);
        var window = new PixelWindow(3, 5, 11, 9);
        var whole = Resampler.Resize(image, toWidth, toHeight, Resampling.Lanczos).Crop(window);
        Assert.Equal(whole.Pixels, Resampler.Resize(image, toWidth, toHeight, Resampling.Lanczos, window).Pixels);
    }

    [Theory]
    [InlineData(40, 200, 30, 50, true)] // 150 rows fewer, 10 columns fewer
    [InlineData(40, 200, 50, 50, true)] // rows fewer, columns more
    [InlineData(200, 200, 80, 50, false)] // 150 rows fewer, 120 columns fewer
    [InlineData(200, 40, 50, 30, false)]
    [InlineData(40, 50, 80, 200, false)]
    public void Rows_come_first_where_many_more_of_them_are_dropped(int width, int height, int toWidth, int toHeight, bool rowsFirst)
    {
        var image = Pictures.Gradient(width, height);
        var rowsThenColumns = Resampler.Resize(Resampler.Resize(image, width, toHeight, Resampling.Bicubic), toWidth, toHeight, Resampling.Bicubic);
        var columnsThenRows = Resampler.Resize(Resampler.Resize(image, toWidth, height, Resampling.Bicubic), toWidth, toHeight, Resampling.Bicubic);
        Assert.NotEqual(rowsThenColumns.Pixels, columnsThenRows.Pixels);
        Assert.Equal((rowsFirst ? rowsThenColumns : columnsThenRows).Pixels, Resampler.Resize(image, toWidth, toHeight, Resampling.Bicubic).Pixels);
    }

    private static RgbImage Grey(int width, int height, params byte[] values) => new(width, height, [.. values.SelectMany(v => (byte[])[v, v, v])]);

    private static byte[] Greys(RgbImage image) => [.. image.Pixels.Where((_, i) => i % 3 == 0)];
}
