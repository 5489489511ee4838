namespace Diptych.Common.SingleFile;

/// <summary>Families of Stable Diffusion.</summary>
public enum CheckpointFamily
{
    /// <summary>1.x: CLIP ViT-L/14's text encoder.</summary>
    StableDiffusion1,

    /// <summary>2.x: OpenCLIP ViT-H/14's text encoder.</summary>
    StableDiffusion2,

    /// <summary>XL's base model: both ViT-L/14's and OpenCLIP ViT-bigG/14's text encoder.</summary>
    StableDiffusionXL,
}
