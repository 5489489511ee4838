namespace Diptych.Common.SingleFile;

/// <summary>How checkpoints in the layout of the original code ("latent diffusion models", LDM) begin the names of each part.</summary>
internal static class Ldm
{
    public const string Unet = "model.diffusion_model.";
    public const string Vae = "first_stage_model.";

    /// <summary>The text encoder of Stable Diffusion 1, in transformers' names.</summary>
    public const string TextOf1 = "cond_stage_model.transformer.";

    /// <summary>The text encoder of Stable Diffusion 2, in OpenCLIP's names.</summary>
    public const string TextOf2 = "cond_stage_model.model.";

    /// <summary>The first text encoder of Stable Diffusion XL, in transformers' names.</summary>
    public const string FirstTextOfXl = "conditioner.embedders.0.transformer.";

    /// <summary>The second, in OpenCLIP's names.</summary>
    public const string SecondTextOfXl = "conditioner.embedders.1.model.";

    /// <summary>What the refiner of Stable Diffusion XL has in the first's place.</summary>
    public const string TextOfRefiner = "conditioner.embedders.0.model.";
}
