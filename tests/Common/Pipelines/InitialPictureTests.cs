using Diptych.Common.Data;
using Diptych.Common.Pipelines;
using Diptych.Tests.Common.Data;

namespace Diptych.Tests.Common.Pipelines;

public sealed class InitialPictureTests
{
    [Theory]
    [InlineData(3000, 2000, null, null, 512, 768)]
    [InlineData(2000, 3000, null, null, 768, 512)]
    [InlineData(1000, 1000, null, null, 512, 512)]
    [InlineData(1000, 700, null, null, 512, 728)]
    [InlineData(3000, 2000, 256, null, 256, 384)]
    [InlineData(3000, 2000, null, 256, 168, 256)]
    [InlineData(3000, 2000, 100, 64, 100, 64)]
    public void Sides_that_are_not_given_follow_the_picture(int width, int height, int? wantedHeight, int? wantedWidth, int tall, int wide) =>
        Assert.Equal((tall, wide), InitialPicture.SizeFor(RgbImage.Filled(width, height, 1, 2, 3), 512, 8, wantedHeight, wantedWidth));

    [Theory]
    [InlineData(40, 64)]
    [InlineData(64, 40)]
    [InlineData(16, 16)]
    [InlineData(333, 200)]
    public void The_middle_of_the_picture_covers_the_size(int height, int width)
    {
        var fitted = InitialPicture.Fit(Pictures.Gradient(120, 75), height, width);

        Assert.Equal((height, width), (fitted.Height, fitted.Width));
    }

    [Theory]
    [InlineData(120, 75)]
    [InlineData(75, 120)]
    public void A_square_is_what_training_would_see(int width, int height)
    {
        var picture = Pictures.Gradient(width, height);

        Assert.Equal(new ImageTransform { Size = 48 }.Apply(picture, TransformChoice.Centred).Pixels, InitialPicture.Fit(picture, 48, 48).Pixels);
    }
}
