using Diptych.Common;
using Diptych.Common.Data;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Data;

public class ImageTensorTests
{
    [Fact]
    public void Black_is_minus_one_and_white_is_one_channel_by_channel()
    {
        using var tensor = ImageTensor.FromImages([new RgbImage(2, 1, [0, 255, 51, 255, 0, 102]), RgbImage.Filled(2, 1, 0, 0, 255)]);
        Assert.Equal([2, 3, 1, 2], tensor.shape);
        Assert.Equal([-1f, 1f, 1f, -1f, -0.6f, -0.2f], tensor[0].flatten().data<float>().ToArray());
        Assert.Equal([-1f, -1f, -1f, -1f, 1f, 1f], tensor[1].flatten().data<float>().ToArray());
    }

    [Fact]
    public void Pictures_survive_the_way_there_and_back()
    {
        var images = new[] { Pictures.Gradient(17, 9), Pictures.Gradient(17, 9).FlipHorizontally() };
        var back = ImageTensor.ToImages(ImageTensor.FromImages(images));
        Assert.Equal(2, back.Count);
        Assert.Equal(images[0].Pixels, back[0].Pixels);
        Assert.Equal(images[1].Pixels, back[1].Pixels);
    }

    [Fact]
    public void Values_are_clamped_and_rounded_to_the_nearest_level()
    {
        // 127.5 * (x + 1): -1.9 and 1.7 leave the range; 0.003 gives 127.88; 0.0008 gives 127.60; -0.002 gives 127.245.
        var x = tensor(new[] { -1.9f, 1.7f, 0.003f, 0.0008f, -0.002f, 1f }).reshape(1, 3, 1, 2);
        Assert.Equal([0, 128, 127, 255, 128, 255], ImageTensor.ToImages(x)[0].Pixels);
    }

    [Fact]
    public void Half_precision_tensors_become_pictures_too() =>
        Assert.All(ImageTensor.ToImages(ones([1, 3, 4, 4], dtype: ScalarType.BFloat16))[0].Pixels, v => Assert.Equal(255, v));

    [Fact]
    public void Nan_is_an_error_and_not_a_black_picture() =>
        Assert.Contains("NaN", Assert.Throws<DiptychException>(() => ImageTensor.ToImages(full([1, 3, 4, 4], float.NaN))).Message, StringComparison.Ordinal);

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageTensor.ToImages(zeros(1, 4, 8, 8)));
        Assert.Throws<ArgumentException>(() => ImageTensor.FromImages([]));
        Assert.Throws<ArgumentException>(() => ImageTensor.FromImages([Pictures.Gradient(4, 4), Pictures.Gradient(4, 5)]));
    }
}
