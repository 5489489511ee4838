namespace Diptych.Common.Diffusion;

/// <summary>Names of the samplers: ours on the command line, and diffusers' class names on disk.</summary>
public static class SamplerNames
{
    private static readonly (SamplerKind Kind, string Name, string ClassName)[] s_table =
    [
        (SamplerKind.Ddpm, "ddpm", "DDPMScheduler"),
        (SamplerKind.Ddim, "ddim", "DDIMScheduler"),
        (SamplerKind.Pndm, "pndm", "PNDMScheduler"),
        (SamplerKind.DpmSolverPlusPlus, "dpm++2m", "DPMSolverMultistepScheduler"),
        (SamplerKind.DpmSolverPlusPlusSde, "sde-dpm++2m", "DPMSolverMultistepScheduler"),
        (SamplerKind.Euler, "euler", "EulerDiscreteScheduler"),
        (SamplerKind.EulerAncestral, "euler-a", "EulerAncestralDiscreteScheduler"),
        (SamplerKind.Heun, "heun", "HeunDiscreteScheduler"),
        (SamplerKind.Lms, "lms", "LMSDiscreteScheduler"),
        (SamplerKind.UniPc, "unipc", "UniPCMultistepScheduler"),
        (SamplerKind.Lcm, "lcm", "LCMScheduler"),
    ];

    // Samplers of diffusers that checkpoints name and that are not built here; each with the nearest that is. Configurations are one family.
    private static readonly Dictionary<string, SamplerKind> s_relatives = new(StringComparer.Ordinal)
    {
        ["DDIMParallelScheduler"] = SamplerKind.Ddim,
        ["DDPMParallelScheduler"] = SamplerKind.Ddpm,
        ["DEISMultistepScheduler"] = SamplerKind.DpmSolverPlusPlus,
        ["DPMSolverSinglestepScheduler"] = SamplerKind.DpmSolverPlusPlus,
        ["DPMSolverSDEScheduler"] = SamplerKind.DpmSolverPlusPlusSde,
        ["KDPM2DiscreteScheduler"] = SamplerKind.Heun,
        ["KDPM2AncestralDiscreteScheduler"] = SamplerKind.EulerAncestral,
    };

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. s_table.Select(row => row.Name)];

    /// <summary>The class names that <see cref="OfClass"/> knows.</summary>
    public static IReadOnlyList<string> KnownClasses { get; } = [.. s_table.Select(row => row.ClassName).Distinct()];

    /// <summary>The sampler called <paramref name="name"/> (letter case does not matter), by our name or by diffusers' class name.</summary>
    /// <exception cref="DiptychException">No sampler has that name; the message lists those that exist.</exception>
    public static SamplerKind Parse(string name)
    {
        foreach (var row in s_table)
        {
            if (string.Equals(row.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(row.ClassName, name, StringComparison.OrdinalIgnoreCase))
            {
                return row.Kind;
            }
        }

        throw new DiptychException($"No sampler is called '{name}': choose one of {string.Join(", ", Known)}.");
    }

    /// <summary>Our name of a sampler.</summary>
    public static string Of(SamplerKind kind) => s_table.First(row => row.Kind == kind).Name;

    /// <summary>diffusers' class name of a sampler.</summary>
    public static string ClassOf(SamplerKind kind) => s_table.First(row => row.Kind == kind).ClassName;

    /// <summary>The nearest sampler to a diffusers class that has none here, or null where nothing is near: what such a model is drawn with, said aloud.</summary>
    public static SamplerKind? RelativeOf(string className) => s_relatives.TryGetValue(className, out var kind) ? kind : null;

    /// <summary>The sampler of a diffusers class, or null where there is none.</summary>
    public static SamplerKind? OfClass(string className)
    {
        foreach (var row in s_table)
        {
            if (row.ClassName == className)
            {
                return row.Kind;
            }
        }

        return null;
    }
}
