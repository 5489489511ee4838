namespace Diptych.Common.Diffusion;

/// <summary>The samplers; <see cref="SamplerNames"/> knows their names.</summary>
public enum SamplerKind
{
    /// <summary>Ancestral sampling of the diffusion's own posterior (Ho et al. 2020, algorithm 2). Draws noise.</summary>
    Ddpm,

    /// <summary>Denoising diffusion implicit models (Song et al. 2021). Draws noise only where eta is above 0.</summary>
    Ddim,

    /// <summary>Pseudo numerical methods (Liu et al. 2022): linear multistep of fourth order.</summary>
    Pndm,

    /// <summary>DPM-Solver++ multistep (Lu et al. 2022), second order unless the configuration says otherwise.</summary>
    DpmSolverPlusPlus,

    /// <summary>The stochastic form of <see cref="DpmSolverPlusPlus"/>. Draws noise.</summary>
    DpmSolverPlusPlusSde,

    /// <summary>Euler's method on the noise level (Karras et al. 2022, algorithm 2 without churn).</summary>
    Euler,

    /// <summary>Euler steps that overshoot and add noise back (Crowson, k-diffusion). Draws noise.</summary>
    EulerAncestral,

    /// <summary>Heun's method on the noise level (Karras et al. 2022, algorithm 1): two calls a step.</summary>
    Heun,

    /// <summary>Linear multistep of fourth order on the noise level (Crowson, k-diffusion).</summary>
    Lms,

    /// <summary>Unified predictor and corrector (Zhao et al. 2023).</summary>
    UniPc,

    /// <summary>Latent consistency models (Luo et al. 2023), for networks distilled to few steps. Draws noise.</summary>
    Lcm,
}
