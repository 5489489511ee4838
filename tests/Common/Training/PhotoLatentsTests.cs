using Diptych.Common.Data;
using Diptych.Common.Runtime;
using Diptych.Common.Training;
using Diptych.Common.Unet;
using Diptych.Tests.Trajectories;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Training;

public sealed class PhotoLatentsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_photo_comes_with_its_own_size_and_what_was_cut_off_it(bool randomCrop)
    {
        using var scope = NewDisposeScope();
        using var lab = LabTraining.Open();
        var photos = new PhotoSet([new Photo("tall.png", RgbImage.Filled(64, 128, 9, 9, 9)), new Photo("wide.png", RgbImage.Filled(256, 64, 200, 9, 9))], []);
        using var latents = PhotoLatents.Create(lab.Sd, photos, new ImageTransform { Size = 64, RandomCrop = randomCrop }, seed: 3);

        var sizes = latents.Draw(RandomPurpose.Order, new MicroBatch(0, 0, 2), repeats: 1, firstSample: 0).Sizes;

        Assert.Equal(2, sizes.Count);
        var (tall, wide) = (sizes.Single(s => s.OriginalHeight == 128), sizes.Single(s => s.OriginalHeight == 64));
        Assert.All(sizes, s => Assert.Equal((64, 64), (s.TargetHeight, s.TargetWidth)));
        Assert.Equal((64, 256), (tall.OriginalWidth, wide.OriginalWidth));
        Assert.Equal((0, 0), (tall.CropLeft, wide.CropTop));
        Assert.InRange(tall.CropTop, randomCrop ? 0 : 32, randomCrop ? 64 : 32);
        Assert.InRange(wide.CropLeft, randomCrop ? 0 : 96, randomCrop ? 192 : 96);
        Assert.Null(lab.Sd.TimeIds(sizes));
    }

    [Fact]
    public void Sizes_are_told_as_height_before_width_original_crop_and_target()
    {
        using var rows = SizeConditioning.Rows([new SizeConditioning(1, 2, 3, 4, 5, 6), SizeConditioning.Whole(7, 8)]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 7, 8], rows.data<float>().ToArray());
        Assert.Equal([2, 6], rows.shape);
    }
}
