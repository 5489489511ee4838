namespace Diptych.StepTiming;

/// <summary>What a training step spends its time on.</summary>
public enum StepPhase
{
    /// <summary>Photos read and prepared, or latents drawn from the cache; noise, timesteps, token ids.</summary>
    Load,

    /// <summary>The autoencoder's encoder.</summary>
    Vae,

    /// <summary>The text encoder.</summary>
    Text,

    /// <summary>The UNet and the loss.</summary>
    Forward,

    /// <summary>Gradients.</summary>
    Backward,

    /// <summary>Clipping, the optimizer, and whatever is put back after it.</summary>
    Optimizer,
}
