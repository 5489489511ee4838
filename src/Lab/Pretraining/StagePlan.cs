namespace Diptych.Lab.Pretraining;

/// <summary>How one network of the laboratory is trained: AdamW, a warm-up, a constant rate, then a cosine to nearly nothing; weights averaged on the way.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="BatchSize">Samples a step.</param>
/// <param name="LearningRate">Peak rate.</param>
public sealed record StagePlan(int Steps, int BatchSize, double LearningRate)
{
    /// <summary>Decay of the average of the weights, which is what is kept. Default .998.</summary>
    public double AverageDecay { get; init; } = .998;

    /// <summary>AdamW's weight decay. Default .01.</summary>
    public double WeightDecay { get; init; } = .01;

    /// <summary>AdamW's second decay rate. Default .99: the runs are short.</summary>
    public double Beta2 { get; init; } = .99;

    /// <summary>Steps over which the rate rises. Default 50.</summary>
    public int WarmupSteps { get; init; } = 50;

    /// <summary>Share of the steps with a constant rate before it falls. Default .3.</summary>
    public double ConstantShare { get; init; } = .3;

    /// <summary>Learning rate of a step, counted from 0.</summary>
    public double RateAt(int step)
    {
        var rise = Math.Min(1.0, (step + 1.0) / Math.Max(1, WarmupSteps));
        var fall = ((double)step / Steps) - ConstantShare;
        return LearningRate * rise * (fall <= 0 ? 1 : (.5 * (1 + Math.Cos(Math.PI * fall / (1 - ConstantShare)))) + .002);
    }
}
