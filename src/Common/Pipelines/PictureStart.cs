using static TorchSharp.torch;

namespace Diptych.Common.Pipelines;

/// <summary>A picture to start from instead of noise (image to image; Meng et al. 2022, SDEdit).</summary>
/// <param name="Latents">Its scaled latents (see <see cref="StableDiffusion.EncodePictures"/>), [1, C, h, w] for all pictures or one for each.</param>
/// <param name="Strength">How much is drawn anew, from 0 (nothing) to 1: of n steps, the last n·strength are taken, rounded down.</param>
public sealed record PictureStart(Tensor Latents, double Strength)
{
    /// <summary>The start of a batch of pictures, beginning with the given one.</summary>
    internal PictureStart Of(int first, int count) =>
        Latents.shape[0] == 1 ? this : this with { Latents = Latents.slice(0, first, first + count, 1) };
}
