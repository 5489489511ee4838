using static TorchSharp.torch;

namespace Diptych.Common.Text;

/// <summary>What the text encoder makes of a batch of prompts.</summary>
/// <param name="LastHiddenState">[n,L,D] after the final norm: what the UNet attends to.</param>
/// <param name="Pooled">[n,D], the row of the end token.</param>
/// <param name="HiddenStates">The embeddings, then every block's output, each [n,L,D] before the final norm; empty unless asked for.</param>
public sealed record ClipTextOutput(Tensor LastHiddenState, Tensor Pooled, IReadOnlyList<Tensor> HiddenStates);
