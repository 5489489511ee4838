namespace Diptych.Cli.Options;

/// <summary>Published base models whose shape can be asked for.</summary>
internal enum ModelShape
{
    /// <summary>Stable Diffusion 1.5.</summary>
    Sd15,

    /// <summary>Stable Diffusion 2.1 at 768 pixels.</summary>
    Sd21,

    /// <summary>Stable Diffusion XL 1.0 base.</summary>
    Sdxl,
}
