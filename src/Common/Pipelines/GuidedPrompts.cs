using Diptych.Common.Unet;

namespace Diptych.Common.Pipelines;

/// <summary>What the UNet is told while it draws: the prompts and, before them in the batch, what they are guided away from.</summary>
internal static class GuidedPrompts
{
    /// <summary>Both halves, [2n, chunks·L, D], or the prompts alone where nothing is guided.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="negative">A negative prompt for each; null for the options' one.</param>
    /// <param name="options">How prompts are read, and whether they are guided.</param>
    /// <param name="sizes">The sizes a model is told that is told sizes.</param>
    public static PromptConditioning Read(StableDiffusion model, IReadOnlyList<string> prompts, IReadOnlyList<string>? negative, GenerationOptions options, SizeConditioning sizes)
    {
        var reader = new PromptReader(model.Text, options);
        var zeros = negative is null && options.NegativePrompt is null && model.Source.ForceZerosForEmptyPrompt;
        var against = negative ?? [.. Enumerable.Repeat(options.NegativePrompt ?? "", prompts.Count)];
        var guided = options.GuidanceScale > 1;

        // Both halves are one batch, so both are as long as the longer one.
        var chunks = reader.LargestCount(guided && !zeros ? prompts.Concat(against) : prompts);
        var conditional = reader.Read(prompts, chunks) with { TimeIds = model.TimeIds([.. Enumerable.Repeat(sizes, prompts.Count)]) };
        return !guided ? conditional
            : zeros ? PromptConditioning.Concat([conditional.WithoutText(), conditional])
            : PromptConditioning.Concat([reader.Read(against, chunks) with { TimeIds = conditional.TimeIds }, conditional]);
    }
}
