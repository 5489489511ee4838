namespace Diptych.Cli.Benchmarks;

/// <summary>Whose shape is timed.</summary>
internal enum BenchmarkShape
{
    /// <summary>The embedded model.</summary>
    Lab,

    /// <summary>Stable Diffusion 1.5.</summary>
    Sd15,

    /// <summary>Stable Diffusion XL.</summary>
    Sdxl,
}
