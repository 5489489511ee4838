using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>What the text encoder makes of a batch of prompts.</summary>
/// <param name="LastHiddenState">[n,L,D] after the final norm: what the UNet of Stable Diffusion 1 and 2 attends to.</param>
/// <param name="Pooled">[n,D], the row of the end token.</param>
/// <param name="HiddenStates">The embeddings, then every block's output, each [n,L,D] before the final norm; empty unless asked for.</param>
/// <param name="Projected">[n,P], the pooled row in the space shared with pictures; <see langword="null"/> in models without the projection.</param>
public sealed record ClipTextOutput(Tensor LastHiddenState, Tensor Pooled, IReadOnlyList<Tensor> HiddenStates, Tensor? Projected = null);
