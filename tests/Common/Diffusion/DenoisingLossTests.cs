using Diptych.Common.Diffusion;
using static TorchSharp.torch;

namespace Diptych.Tests.Common.Diffusion;

public sealed class DenoisingLossTests
{
    [Fact]
    public void The_mean_is_over_all_elements()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2.5, DenoisingLoss.Mean(tensor(new float[,] { { 1, 2 }, { 0, 0 } }), tensor(new float[,] { { 0, 0 }, { 1, 2 } })).item<float>());
    }

    [Fact]
    public void Each_sample_has_its_own_mean_and_weight()
    {
        using var scope = NewDisposeScope();
        var (prediction, target) = (tensor(new float[,] { { 1, 3 }, { 2, 2 } }).reshape(2, 2, 1), zeros(2, 2, 1));
        Assert.Equal([5f, 4f], DenoisingLoss.PerSample(prediction, target).data<float>().ToArray());
        Assert.Equal((5 * 0.5 + 4 * 0.25) / 2, DenoisingLoss.Weighted(prediction, target, tensor(new[] { 0.5f, 0.25f })).item<float>());
    }

    [Fact]
    public void Equal_weights_give_the_plain_mean()
    {
        using var scope = NewDisposeScope();
        var (prediction, target) = (randn(3, 4, 2, 2), randn(3, 4, 2, 2));
        Assert.Equal(DenoisingLoss.Mean(prediction, target).item<float>(), DenoisingLoss.Weighted(prediction, target, ones(3)).item<float>(), 1e-6);
    }

    [Fact]
    public void Half_precision_predictions_are_compared_in_full_precision()
    {
        using var scope = NewDisposeScope();
        var loss = DenoisingLoss.Mean(full(1, 2, 300f, ScalarType.Float16), zeros(1, 2));
        Assert.Equal(ScalarType.Float32, loss.dtype);
        Assert.Equal(90000, loss.item<float>());
    }

    [Fact]
    public void Gradients_reach_the_prediction_through_the_loss()
    {
        using var scope = NewDisposeScope();
        var prediction = tensor(new[] { 3f, 1f }).requires_grad_();
        DenoisingLoss.Mean(prediction, zeros(2)).backward();
        Assert.Equal([3f, 1f], prediction.grad!.data<float>().ToArray());
    }
}
