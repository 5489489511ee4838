using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>The simple objective of diffusion (Ho et al. 2020, eq. 14): squared error of the prediction, in fp32. Pure functions.</summary>
public static class DenoisingLoss
{
    /// <summary>Mean squared error over all elements: a scalar.</summary>
    public static Tensor Mean(Tensor prediction, Tensor target)
    {
        using var scope = NewDisposeScope();
        return nn.functional.mse_loss(Float(prediction), Float(target)).MoveToOuterDisposeScope();
    }

    /// <summary>Mean squared error of each sample: [n] for [n, ...].</summary>
    public static Tensor PerSample(Tensor prediction, Tensor target)
    {
        using var scope = NewDisposeScope();
        var squared = nn.functional.mse_loss(Float(prediction), Float(target), nn.Reduction.None);
        return squared.flatten(1).mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>Mean over the samples of their errors times <paramref name="weights"/> [n]: a scalar.</summary>
    public static Tensor Weighted(Tensor prediction, Tensor target, Tensor weights)
    {
        using var scope = NewDisposeScope();
        return (PerSample(prediction, target) * weights).mean().MoveToOuterDisposeScope();
    }

    private static Tensor Float(Tensor tensor) => tensor.to_type(ScalarType.Float32);
}
