namespace Diptych.Common.Training;

/// <summary>Shapes of the learning rate over a run.</summary>
public enum LearningRateKind
{
    /// <summary>The full rate throughout; warm-up is ignored.</summary>
    Constant,

    /// <summary>The full rate after warm-up.</summary>
    ConstantWithWarmup,

    /// <summary>Down to 0 along a straight line.</summary>
    Linear,

    /// <summary>Down to 0 along half a cosine.</summary>
    Cosine,

    /// <summary>Down to 0 along half a cosine, several times over.</summary>
    CosineWithRestarts,

    /// <summary>Down to a small floor along a power of the steps that remain.</summary>
    Polynomial,

    /// <summary>Given factors until given steps.</summary>
    PiecewiseConstant,
}
