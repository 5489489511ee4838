using Diptych.Common.Unet;
using static TorchSharp.torch;

namespace Diptych.Common.Training;

/// <summary>The photos of one pass.</summary>
/// <param name="Latents">Their latents as the UNet sees them, [n, C, h, w].</param>
/// <param name="Sizes">What a model that is told sizes is told of each.</param>
public sealed record PhotoDraw(Tensor Latents, IReadOnlyList<SizeConditioning> Sizes);
