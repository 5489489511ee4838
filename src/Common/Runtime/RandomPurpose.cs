namespace Diptych.Common.Runtime;

/// <summary>What a random number is for. Streams of different purposes never share numbers, so adding a draw to one changes no other.</summary>
public enum RandomPurpose
{
    /// <summary>The latents sampling starts from.</summary>
    InitialLatents = 1,

    /// <summary>The noise added to training latents.</summary>
    Noise,

    /// <summary>Training timesteps.</summary>
    Timesteps,

    /// <summary>The draw from the VAE's posterior.</summary>
    Posterior,

    /// <summary>The choice among prompt templates.</summary>
    Prompts,

    /// <summary>The order of the photos.</summary>
    Order,

    /// <summary>Noise a stochastic sampler adds between steps.</summary>
    Sampler,

    /// <summary>Crops and flips.</summary>
    Augmentation,

    /// <summary>Resampling for intervals.</summary>
    Bootstrap,

    /// <summary>Generation of class images.</summary>
    ClassImages,

    /// <summary>The order of the class images.</summary>
    ClassOrder,

    /// <summary>Anything else.</summary>
    Other,

    /// <summary>What the laboratory's pictures show.</summary>
    World,

    /// <summary>What the laboratory's captions say.</summary>
    Captions,

    /// <summary>A network's first weights.</summary>
    Weights,

    /// <summary>The constant added to each channel of the noise.</summary>
    OffsetNoise,
}
