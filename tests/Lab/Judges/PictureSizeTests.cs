using Diptych.Lab.Judges;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Judges;

public class PictureSizeTests
{
    [Fact]
    public void Halving_takes_the_mean_of_two_by_two_pixels()
    {
        using var scope = NewDisposeScope();
        var pictures = randn(2, 3, 8, 8, generator: new Generator(3));

        Close.Absolute(nn.functional.avg_pool2d(pictures, 2), PictureSize.Resize(pictures, 4), 1e-6);
    }

    [Fact]
    public void The_longer_side_loses_its_ends()
    {
        using var scope = NewDisposeScope();
        var wide = arange(6, ScalarType.Float32).expand(1, 1, 2, 6);

        Close.Absolute(tensor(new float[] { 2, 3, 2, 3 }).reshape(1, 1, 2, 2), PictureSize.Resize(wide, 2), 0);
    }

    [Fact]
    public void Enlarging_keeps_a_flat_picture_flat_and_the_right_size()
    {
        using var scope = NewDisposeScope();

        Close.Absolute(full([1, 3, 7, 7], 0.25f), PictureSize.Resize(full([1, 3, 4, 4], 0.25f), 7), 1e-6);
    }

    [Fact]
    public void Anything_but_a_batch_of_pictures_is_refused() =>
        Assert.Throws<ArgumentException>(() => PictureSize.Resize(zeros(3, 8, 8), 4));
}
