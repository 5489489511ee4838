namespace Diptych.Common.Diffusion;

/// <summary>How the noise added per training timestep grows from the first to the last.</summary>
public enum BetaSchedule
{
    /// <summary>β grows linearly (Ho et al. 2020).</summary>
    Linear,

    /// <summary>√β grows linearly: the schedule of latent diffusion (Rombach et al. 2022).</summary>
    ScaledLinear,

    /// <summary>ᾱ follows a squared cosine, β capped at 0.999 (Nichol and Dhariwal 2021, eq. 17).</summary>
    SquaredCosine,
}
