using Diptych.Lab.Pretraining;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Pretraining;

public sealed class SubjectWeightsTests
{
    [Fact]
    public void A_subject_of_an_eighth_counts_as_much_again_as_half_its_picture_a_tiny_one_five_times_and_none_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var regions = zeros(3, 16, 16, dtype: ScalarType.Byte);
        regions[0].narrow(0, 0, 8).narrow(1, 0, 4).fill_((byte)PictureRegion.Part);
        regions[1].narrow(0, 0, 2).narrow(1, 0, 2).fill_((byte)PictureRegion.Other);

        var weights = SubjectWeights.Of(SubjectWeights.Shares(regions, 1), 4);

        Assert.Equal([3L, 1, 16, 16], weights.shape);
        // What is added over the whole picture: half of it for the first; four times its own size for the second.
        Assert.Equal(.5, (weights[0] - 1).mean().item<float>(), 1e-5);
        Assert.Equal(5f, weights[1].max().item<float>());
        Assert.Equal(1f, weights[1].min().item<float>());
        Assert.Equal(1f, weights[2].max().item<float>());
    }

    [Fact]
    public void Shares_of_larger_places_are_means_of_their_pixels()
    {
        using var scope = NewDisposeScope();
        var regions = zeros(1, 16, 16, dtype: ScalarType.Byte);
        regions[0].narrow(0, 0, 4).narrow(1, 8, 8).fill_((byte)PictureRegion.Body);

        var shares = SubjectWeights.Shares(regions, 8);

        Assert.Equal([1L, 1, 2, 2], shares.shape);
        Assert.Equal([0f, .5f, 0f, 0f], shares.data<float>().ToArray());
    }

    [Fact]
    public void An_accessory_counts_as_often_as_asked_for()
    {
        using var scope = NewDisposeScope();
        var regions = zeros(1, 16, 16, dtype: ScalarType.Byte);
        regions[0].narrow(0, 0, 8).narrow(1, 0, 4).fill_((byte)PictureRegion.Body);
        regions[0].narrow(0, 0, 8).narrow(1, 4, 4).fill_((byte)PictureRegion.Accessory);

        var shares = SubjectWeights.Shares(regions, 8, accessory: 3);

        Assert.Equal([2f, 0f, 0f, 0f], shares.data<float>().ToArray());
    }
}
