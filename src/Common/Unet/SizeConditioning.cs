using static TorchSharp.torch;

namespace Diptych.Common.Unet;

/// <summary>
/// The sizes Stable Diffusion XL is told (Podell et al. 2023, section 2.2), in pixels: a small original means a blurred picture, a crop off
/// the corner a subject cut off.
/// </summary>
/// <param name="OriginalHeight">Height of the picture as it was found.</param>
/// <param name="OriginalWidth">Its width.</param>
/// <param name="CropTop">Rows cut off above, after scaling.</param>
/// <param name="CropLeft">Columns cut off to the left, after scaling.</param>
/// <param name="TargetHeight">Height the model sees or draws.</param>
/// <param name="TargetWidth">Width the model sees or draws.</param>
public readonly record struct SizeConditioning(int OriginalHeight, int OriginalWidth, int CropTop, int CropLeft, int TargetHeight, int TargetWidth)
{
    /// <summary>Numbers a picture has.</summary>
    public const int Count = 6;

    /// <summary>A picture that was neither scaled nor cropped: how pictures are asked for.</summary>
    public static SizeConditioning Whole(int height, int width) => new(height, width, 0, 0, height, width);

    /// <summary>The numbers of several pictures, [n, 6] fp32, on the CPU.</summary>
    public static Tensor Rows(IReadOnlyList<SizeConditioning> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        float[] numbers = [.. pictures.SelectMany(p => new float[] { p.OriginalHeight, p.OriginalWidth, p.CropTop, p.CropLeft, p.TargetHeight, p.TargetWidth })];
        return tensor(numbers, pictures.Count, Count);
    }
}
