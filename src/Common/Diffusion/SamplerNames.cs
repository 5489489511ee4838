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
