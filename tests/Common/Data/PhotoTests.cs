using System.Text;
using Diptych.Common;
using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

public sealed class PhotoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_png_comes_back_pixel_for_pixel()
    {
        var image = Pictures.Gradient(33, 21);
        var loaded = Load("a.png", PictureFile.EncodePng(image));
        Assert.Equal((33, 21), (loaded.Width, loaded.Height));
        Assert.Equal(image.Pixels, loaded.Pixels);
    }

    [Fact]
    public void The_content_decides_and_not_the_extension() =>
        Assert.Equal(Pictures.Gradient(20, 20).Pixels, Load("really-a-png.JPG", PictureFile.EncodePng(Pictures.Gradient(20, 20))).Pixels);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_camera_turned_photo_is_put_upright(int orientation)
    {
        var stored = Pictures.RedLeftBlueRight(64, 32);
        var upright = Load("turned.jpg", Pictures.JpegWithOrientation(stored, orientation));
        var turned = orientation is >= 5 and <= 8;
        Assert.Equal(turned ? (32, 64) : (64, 32), (upright.Width, upright.Height));

        // Where the stored left half must lie according to the tag's definition.
        var (x, y) = orientation switch { 2 or 3 => (56, 16), 5 or 6 => (16, 8), 7 or 8 => (16, 56), _ => (8, 16) };
        var (red, _, blue) = Pictures.At(upright, x, y);
        Assert.True(red > 200 && blue < 60, $"the red half is not where orientation {orientation} puts it");
    }

    [Fact]
    public void Orientation_can_be_ignored_as_the_textual_inversion_script_does()
    {
        var path = _folder.Write("turned.jpg", Pictures.JpegWithOrientation(Pictures.RedLeftBlueRight(64, 32), 6));
        Assert.Equal(64, Photo.Load(path, new PhotoOptions { ApplyOrientation = false }).Image.Width);
        Assert.Equal(32, Photo.Load(path).Image.Width);
    }

    [Fact]
    public void Transparency_is_laid_on_white_unless_it_is_to_be_dropped()
    {
        byte[] pixel = [200, 100, 0, 51]; // a fifth opaque
        var path = _folder.Write("a.png", Pictures.Png(16, 16, 8, 6, [.. Enumerable.Repeat(pixel, 256).SelectMany(p => p)]));
        Assert.Equal((244, 224, 204), Pictures.At(Photo.Load(path).Image, 3, 3));
        Assert.Equal((200, 100, 0), Pictures.At(Photo.Load(path, new PhotoOptions { Alpha = AlphaHandling.Drop }).Image, 3, 3));
    }

    [Fact]
    public void Colour_under_full_transparency_is_kept_when_transparency_is_dropped()
    {
        byte[] pixel = [200, 100, 7, 0];
        var path = _folder.Write("a.png", Pictures.Png(16, 16, 8, 6, [.. Enumerable.Repeat(pixel, 256).SelectMany(p => p)]));
        Assert.Equal((200, 100, 7), Pictures.At(Photo.Load(path, new PhotoOptions { Alpha = AlphaHandling.Drop }).Image, 3, 3));
        Assert.Equal((255, 255, 255), Pictures.At(Photo.Load(path).Image, 3, 3));
    }

    [Fact]
    public void Greyscale_becomes_three_equal_channels() =>
        Assert.Equal((77, 77, 77), Pictures.At(Load("grey.png", Pictures.Png(16, 16, 8, 0, [.. Enumerable.Repeat((byte)77, 256)])), 5, 5));

    [Fact]
    public void Sixteen_bit_pngs_keep_their_upper_bits()
    {
        byte[] pixel = [200, 17, 100, 3, 50, 250];
        var (red, green, blue) = Pictures.At(Load("deep.png", Pictures.Png(16, 16, 16, 2, [.. Enumerable.Repeat(pixel, 256).SelectMany(p => p)])), 5, 5);
        Assert.InRange(red, 200, 200);
        Assert.InRange(green, 100, 100);
        Assert.InRange(blue, 50, 51); // 0x32FA lies nearer to 51
    }

    [Fact]
    public void Sixteen_bit_greyscale_is_not_clipped_to_white() =>
        Assert.Equal((128, 128, 128), Pictures.At(Load("x-ray.png", Pictures.Png(16, 16, 16, 0, [.. Enumerable.Repeat((byte[])[128, 128], 256).SelectMany(p => p)])), 5, 5));

    [Fact]
    public void An_animated_gif_gives_its_first_frame() => Assert.Equal((255, 0, 0), Pictures.At(Load("a.gif", Pictures.AnimatedGif(16)), 8, 8));

    [Theory]
    [InlineData(0, 255, 255, 0, 255, 0, 0)]
    [InlineData(255, 0, 255, 0, 0, 255, 0)]
    [InlineData(0, 0, 0, 255, 0, 0, 0)]
    [InlineData(0, 0, 0, 0, 255, 255, 255)]
    public void A_cmyk_jpeg_shows_its_colours(byte cyan, byte magenta, byte yellow, byte black, int red, int green, int blue)
    {
        var shown = Pictures.At(Load("print.jpg", Pictures.CmykJpeg(32, cyan, magenta, yellow, black)), 9, 9);
        Assert.InRange(shown.Red, red - 2, red + 2);
        Assert.InRange(shown.Green, green - 2, green + 2);
        Assert.InRange(shown.Blue, blue - 2, blue + 2);
    }

    [Fact]
    public void An_empty_file_is_named() => Refused("empty.png", [], "empty");

    [Fact]
    public void A_truncated_jpeg_is_named() => Refused("half.jpg", Half(PictureFile.EncodeJpeg(Pictures.Gradient(200, 200))), "cut short");

    [Fact]
    public void A_truncated_png_is_named() => Refused("half.png", Half(PictureFile.EncodePng(Pictures.Gradient(200, 200))), "half.png");

    [Fact]
    public void A_jpeg_of_its_first_two_bytes_is_named() => Refused("stub.jpg", [0xFF, 0xD8], "JPEG");

    [Fact]
    public void Text_called_png_is_named() => Refused("notes.png", Encoding.UTF8.GetBytes("a photo of sks dog\n"), "text");

    [Fact]
    public void A_lfs_pointer_is_recognised() => Refused("dog.jpg", Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "LFS");

    [Fact]
    public void A_phone_photo_in_heic_is_recognised() => Refused("IMG_1.jpg", [0, 0, 0, 24, .. "ftypheic"u8, .. new byte[64]], "HEIC");

    [Fact]
    public void Random_bytes_are_named() => Refused("noise.png", [.. Enumerable.Range(0, 400).Select(i => (byte)(i * 197))], "no known picture format");

    [Fact]
    public void A_single_pixel_is_too_small() => Refused("dot.png", PictureFile.EncodePng(Pictures.Gradient(1, 1)), "too small");

    [Fact]
    public void Fifteen_pixels_are_too_few_and_sixteen_are_not()
    {
        Refused("15.png", PictureFile.EncodePng(Pictures.Gradient(15, 200)), "too small");
        Assert.Equal(16, Load("16.png", PictureFile.EncodePng(Pictures.Gradient(16, 200))).Width);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(_folder.Root, "gone.png");
        Assert.Contains(path, Assert.Throws<DiptychException>(() => Photo.Load(path)).Message, StringComparison.Ordinal);
    }

    private static byte[] Half(byte[] content) => content[..(content.Length / 2)];

    private RgbImage Load(string name, byte[] content) => Photo.Load(_folder.Write(name, content)).Image;

    private void Refused(string name, byte[] content, string because)
    {
        var path = _folder.Write(name, content);
        var error = Assert.Throws<DiptychException>(() => Photo.Load(path));
        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
