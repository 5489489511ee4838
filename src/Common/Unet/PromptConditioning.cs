using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>
/// What the denoiser is told besides noisy latents and the time: the text and, in Stable Diffusion XL, a summary of it and the picture's
/// sizes (Podell et al. 2023, sections 2.1 and 2.2). Stable Diffusion 1 and 2 have the text alone.
/// </summary>
/// <param name="Text">The rows cross-attention reads, [n, L, D].</param>
/// <param name="Pooled">One vector for the whole prompt, [n, P].</param>
/// <param name="TimeIds">The sizes, [n, 6] fp32, as <see cref="SizeConditioning"/> lists them.</param>
public sealed record PromptConditioning(Tensor Text, Tensor? Pooled = null, Tensor? TimeIds = null) : IDisposable
{
    /// <summary>Prompts, n.</summary>
    public int Count => (int)Text.shape[0];

    /// <summary>Batches one after the other; all have the same parts.</summary>
    public static PromptConditioning Concat(IReadOnlyList<PromptConditioning> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Tensor? Part(Func<PromptConditioning, Tensor?> of) => of(parts[0]) is null ? null : cat([.. parts.Select(p => of(p)!)]);
        return new PromptConditioning(Part(p => p.Text)!, Part(p => p.Pooled), Part(p => p.TimeIds));
    }

    /// <summary>The same of every part.</summary>
    public PromptConditioning Map(Func<Tensor, Tensor> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new PromptConditioning(change(Text), Pooled is null ? null : change(Pooled), TimeIds is null ? null : change(TimeIds));
    }

    /// <summary>Zeros of the same shapes for text and summary: the unconditional prompt of models trained that way. Sizes stay.</summary>
    public PromptConditioning WithoutText() => new(zeros_like(Text), Pooled is null ? null : zeros_like(Pooled), TimeIds);

    /// <summary>Hands every part to the dispose scope around the current one.</summary>
    public PromptConditioning MoveToOuterDisposeScope() => Map(part => part.MoveToOuterDisposeScope());

    /// <inheritdoc/>
    public void Dispose()
    {
        Text.Dispose();
        Pooled?.Dispose();
        TimeIds?.Dispose();
    }
}
