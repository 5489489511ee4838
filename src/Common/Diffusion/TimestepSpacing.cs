namespace Diptych.Common.Diffusion;

/// <summary>Which training timesteps a sampler visits (Lin et al. 2023, table 2).</summary>
public enum TimestepSpacing
{
    /// <summary>Multiples of T/n from 0: never reaches the noisiest timestep.</summary>
    Leading,

    /// <summary>Multiples of T/n counted down from T: starts at the noisiest timestep, as zero terminal SNR needs.</summary>
    Trailing,

    /// <summary>Evenly from the first to the last timestep, both included.</summary>
    Linspace,
}
