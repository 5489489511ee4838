using Diptych.Common.Cuda;

namespace Diptych.Tests.Common.Cuda;

public sealed class GroupNormShapeTests
{
    [Theory]
    [InlineData(1, 4096, 320)]
    [InlineData(16, 4096, 320)]
    [InlineData(64, 16, 1280)]
    [InlineData(1, 64, 2560)]
    [InlineData(2, 16384, 128)]
    [InlineData(1, 1, 8)]
    [InlineData(3, 17, 24)]
    [InlineData(1, 100, 4096)]
    [InlineData(8, 256, 1920)]
    public void Tiles_cover_every_pixel_once_within_what_a_block_may_have(int samples, int pixels, int channels)
    {
        var shape = GroupNormShape.Of(samples, pixels, channels, 4, 132);

        Assert.True(shape.Tiles * shape.Rows >= pixels);
        Assert.True((shape.Tiles - 1) * shape.Rows < pixels);
        Assert.InRange(shape.Tiles, 1, 128);
        Assert.All((LaunchShape[])[shape.ForSums, shape.ForPictures, shape.ForParameters], launch =>
        {
            Assert.InRange(launch.Threads, 32, 512);
            Assert.Equal(0, launch.Threads % 32);
            Assert.InRange(launch.SharedBytes, 0, 48 * 1024);
        });

        // As the kernels count: lanes of c / 8 threads, each with room for its sums.
        var lanes = shape.ForSums.Threads / (channels / 8);
        Assert.True(lanes >= 1);
        Assert.Equal(2 * lanes * channels * sizeof(float), shape.ForSums.SharedBytes);
        Assert.Equal(0, shape.Rows % lanes);
    }
}
