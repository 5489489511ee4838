using Diptych.Common.Runtime;
using Diptych.Tests.Common.Products;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Runtime;

/// <summary>Sums over pixels against libtorch's in fp64.</summary>
public sealed class ChannelSumsTests : OwnProductsEverywhere
{
    [Theory]
    [InlineData(1, 1, 4, 4)]
    [InlineData(3, 5, 8, 6)]
    public void Sums_are_libtorchs(int pictures, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(20, RandomPurpose.Other);
        var (x, numbers) = (random.Normal(pictures, channels, height, width), random.Normal(pictures, channels));
        var exact = x.to_type(ScalarType.Float64);
        Close.OfLargest(exact.sum([2, 3]), ChannelSums.OfEach(x), 1e-6, "each");
        Close.OfLargest(exact.sum([0, 2, 3]), ChannelSums.OfAll(x), 1e-6, "all");
        var expected = x + numbers.unsqueeze(-1).unsqueeze(-1);
        ChannelSums.AddTo(x, numbers);
        Assert.True(expected.equal(x).all().item<bool>());
    }
}
