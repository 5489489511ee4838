using Diptych.Lab.Pretraining;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Tests.Lab.Pretraining;

public sealed class LatentReadingTests
{
    private static readonly int Classes = LabWords.Classes.Count;

    [Fact]
    public void Truth_is_the_share_of_every_place_that_each_class_and_each_region_has()
    {
        using var scope = NewDisposeScope();
        var regions = zeros(2, 16, 16, dtype: ScalarType.Byte);
        // The second picture's upper left place: a quarter body, a quarter patch.
        regions[1].narrow(0, 0, 4).narrow(1, 0, 4).fill_((byte)PictureRegion.Body);
        regions[1].narrow(0, 4, 4).narrow(1, 0, 4).fill_((byte)PictureRegion.Patch);

        var truth = LatentReading.Truth(regions, tensor([2L, 5L]), 8);

        Assert.Equal([2L, 1 + Classes + 7, 2, 2], truth.shape);
        var first = truth[0, TensorIndex.Colon, 0, 0];
        Assert.Equal(1f, first[0].item<float>());
        Assert.Equal(1f, first[1 + Classes + (int)PictureRegion.Background].item<float>());
        Assert.Equal(2f, first.sum().item<float>());
        var second = truth[1, TensorIndex.Colon, 0, 0];
        Assert.Equal(.5f, second[0].item<float>());
        Assert.Equal(.5f, second[1 + 5].item<float>());
        Assert.Equal(.25f, second[1 + Classes + (int)PictureRegion.Body].item<float>());
        Assert.Equal(.25f, second[1 + Classes + (int)PictureRegion.Patch].item<float>());
        Assert.Equal(1f, truth[1, 0, 1, 1].item<float>());
    }

    [Fact]
    public void What_latents_do_not_say_costs_more_than_what_they_say()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var regions = where(rand(8, 8, 8).gt(.5), (long)PictureRegion.Body, (long)PictureRegion.Background).to_type(ScalarType.Byte);
        var truth = LatentReading.Truth(regions, randint(0, Classes, [8], dtype: ScalarType.Int64), 1);
        // Latents that are the truth itself, as far as there are channels for it, against latents of nothing.
        var told = 4 * truth.narrow(1, 0, LabShapes.Micro.LatentChannels);
        double Learned(Tensor latents)
        {
            using var reading = new LatentReading(LabConfigs.BuildAutoencoder(LabConfigs.Autoencoder(LabShapes.Micro, 1)));
            using var optimizer = optim.Adam(reading.parameters(), 5e-2);
            var loss = double.NaN;
            for (var step = 0; step < 60; step++)
            {
                using var stepScope = NewDisposeScope();
                optimizer.zero_grad();
                var value = reading.Loss(latents, truth, zeros_like(latents));
                value.backward();
                optimizer.step();
                loss = value.item<float>();
            }

            return loss;
        }

        Assert.InRange(Learned(told), 0, .5 * Learned(zeros_like(told)));
    }
}
