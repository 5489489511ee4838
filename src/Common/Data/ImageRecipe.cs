using System.Globalization;

namespace Diptych.Common.Data;

/// <summary>Everything that decides what generated pictures look like.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="NegativePrompt">The negative prompt; empty for none.</param>
/// <param name="ModelHash">SHA-256 of the weights that drew them.</param>
/// <param name="Seed">Seed of the initial latents.</param>
/// <param name="Sampler">Name of the sampler.</param>
/// <param name="Steps">Denoising steps.</param>
/// <param name="GuidanceScale">Weight of classifier-free guidance.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public sealed record ImageRecipe(
    string Prompt, string NegativePrompt, string ModelHash, long Seed, string Sampler, int Steps, double GuidanceScale, int Width, int Height)
{
    /// <summary>Null where pictures of this recipe serve one who asks for <paramref name="wanted"/>; else the first difference in one line.</summary>
    public string? DifferenceFrom(ImageRecipe wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        (string Name, object Made, object Wanted)[] fields =
        [
            ("prompt", Prompt, wanted.Prompt),
            ("negative prompt", NegativePrompt, wanted.NegativePrompt),
            ("model", ModelHash, wanted.ModelHash),
            ("seed", Seed, wanted.Seed),
            ("sampler", Sampler, wanted.Sampler),
            ("number of steps", Steps, wanted.Steps),
            ("guidance scale", GuidanceScale, wanted.GuidanceScale),
            ("width", Width, wanted.Width),
            ("height", Height, wanted.Height),
        ];
        foreach (var (name, made, asked) in fields)
        {
            if (!made.Equals(asked))
            {
                return string.Create(CultureInfo.InvariantCulture, $"made with the {name} \"{made}\", not \"{asked}\"");
            }
        }

        return null;
    }
}
