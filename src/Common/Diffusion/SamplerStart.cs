using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// A start in the middle: a clean sample, noised to the level of a later step, is denoised from there (Meng et al. 2022, SDEdit, algorithm 1).
/// </summary>
/// <param name="Clean">The clean sample, scaled latents of the initial noise's shape and device; left untouched.</param>
/// <param name="Skipped">Steps left out at the noisy end. Where all are, nothing is noised and the clean sample is the result.</param>
/// <remarks>
/// Leaving out none is not the same as starting from noise alone: the first step's level keeps √ᾱ of the picture (7 % of it for
/// Stable Diffusion 1 and 2), unless the schedule ends at zero signal and the sampler visits its end.
/// </remarks>
public sealed record SamplerStart(Tensor Clean, int Skipped)
{
    /// <summary>Steps that a strength from 0 (the picture stays) to 1 (every step is taken) leaves out: diffusers' image-to-image rule, which rounds what is taken down.</summary>
    public static int StepsSkipped(int steps, double strength) => steps - Math.Min((int)(steps * strength), steps);
}
