namespace Diptych.Common.Training;

/// <summary>AdamW's constants (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019); the defaults are the reference scripts'.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the mean of gradients. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of squared gradients. Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Share of the learning rate by which weights shrink each step. Default 0.01.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>Added to the root of the second moment. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;
}
