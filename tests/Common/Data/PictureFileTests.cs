using Diptych.Common;
using Diptych.Common.Data;

namespace Diptych.Tests.Common.Data;

public sealed class PictureFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_pictures_give_equal_bytes_without_ancillary_chunks()
    {
        var first = PictureFile.EncodePng(Pictures.Gradient(40, 30));
        Assert.Equal(first, PictureFile.EncodePng(Pictures.Gradient(40, 30)));
        var text = System.Text.Encoding.Latin1.GetString(first);
        Assert.All((string[])["tIME", "iCCP", "tEXt", "iTXt", "pHYs"], chunk => Assert.DoesNotContain(chunk, text, StringComparison.Ordinal));
        Assert.Equal(2, first[25]); // colour type RGB: no alpha channel is written
    }

    [Fact]
    public void Files_are_written_into_new_folders_without_leftovers()
    {
        var path = Path.Combine(_folder.Root, "new", "a.png");
        PictureFile.WritePng(path, Pictures.Gradient(20, 20));
        Assert.Equal(Pictures.Gradient(20, 20).Pixels, Photo.Load(path).Image.Pixels);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Better_quality_makes_larger_and_closer_thumbnails()
    {
        // Smooth: a gradient that a JPEG can follow.
        var image = Resampler.Resize(new RgbImage(2, 2, [0, 0, 0, 255, 0, 0, 0, 255, 0, 90, 90, 255]), 64, 64, Resampling.Bicubic);
        int Error(int quality)
        {
            var path = Path.Combine(_folder.Root, $"{quality}.jpg");
            PictureFile.WriteJpeg(path, image, quality);
            return Photo.Load(path).Image.Pixels.Zip(image.Pixels, (a, b) => Math.Abs(a - b)).Sum();
        }

        Assert.True(Error(95) < Error(20));
        Assert.True(PictureFile.EncodeJpeg(image, 95).Length > PictureFile.EncodeJpeg(image, 20).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureFile.EncodeJpeg(image, 0));
    }

    [Fact]
    public void A_one_bit_mask_becomes_zeros_and_ones()
    {
        // 16 x 16, the left 5 columns white: 0b11111000 0b00000000 in every row.
        var path = _folder.Write("00.mask.png", Pictures.Png(16, 16, 1, 0, [.. Enumerable.Repeat((byte[])[0b11111000, 0], 16).SelectMany(r => r)]));
        using var mask = MaskFile.Read(path);
        Assert.Equal([16, 16], mask.shape);
        Assert.Equal(5 * 16, mask.sum().item<float>());
        Assert.Equal(1, mask[7, 4].item<float>());
        Assert.Equal(0, mask[7, 5].item<float>());
    }

    [Fact]
    public void A_grey_mask_is_cut_at_the_middle()
    {
        var path = _folder.Write("m.png", Pictures.Png(16, 16, 8, 0, [.. Enumerable.Range(0, 256).Select(i => (byte)i)]));
        using var mask = MaskFile.Read(path);
        Assert.Equal(128, mask.sum().item<float>());
        Assert.Equal(1, mask[8, 0].item<float>()); // 128
        Assert.Equal(0, mask[7, 15].item<float>()); // 127
        Assert.Throws<DiptychException>(() => MaskFile.Read(Path.Combine(_folder.Root, "none.png")));
    }
}
