using static TorchSharp.torch;

namespace Diptych.Common.Diffusion;

/// <summary>
/// One training draw: everything the objective needs besides the network. A pure function of latents, noise and timesteps.
/// The tensors belong to the caller's dispose scope.
/// </summary>
/// <param name="Latents">Clean latents, scaled, [n, c, h, w].</param>
/// <param name="Noise">The noise that was added, of the latents' shape.</param>
/// <param name="Timesteps">Timesteps, int64 [n].</param>
/// <param name="Noised">Latents with noise, the network's input.</param>
/// <param name="Target">What the network should predict.</param>
public sealed record DiffusionDraw(Tensor Latents, Tensor Noise, Tensor Timesteps, Tensor Noised, Tensor Target)
{
    /// <summary>Noises <paramref name="latents"/> and works out the target.</summary>
    public static DiffusionDraw Create(Tensor latents, Tensor noise, Tensor timesteps, NoiseSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return new(latents, noise, timesteps, schedule.AddNoise(latents, noise, timesteps), schedule.Target(latents, noise, timesteps));
    }
}
