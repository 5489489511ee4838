using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>Draws one picture per caption.</summary>
/// <param name="captions">The prompts.</param>
/// <param name="seed">Seed of the initial latents.</param>
/// <param name="guidance">Guidance scale.</param>
/// <returns>Pictures <c>[n, 3, h, w]</c> in [-1, 1], which the caller disposes of; values outside are clamped.</returns>
public delegate Tensor CaptionDrawer(IReadOnlyList<string> captions, long seed, double guidance);
