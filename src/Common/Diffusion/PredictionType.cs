namespace Diptych.Common.Diffusion;

/// <summary>What the network was trained to predict from a noised sample.</summary>
public enum PredictionType
{
    /// <summary>The noise that was added (Ho et al. 2020, eq. 14).</summary>
    Epsilon,

    /// <summary>The velocity sqrt(ᾱ)·ε − sqrt(1−ᾱ)·x₀ (Salimans and Ho 2022, appendix D).</summary>
    VPrediction,

    /// <summary>The clean sample itself.</summary>
    Sample,
}
