using Diptych.Common.Data;
using Diptych.Lab.World;
using static TorchSharp.torch;

namespace Diptych.Lab.Verification;

/// <summary>True pictures as tensors.</summary>
internal static class Renders
{
    /// <summary>Renders of attributes, [n, 3, 128, 128] in [-1, 1] on the CPU.</summary>
    public static Tensor Of(IEnumerable<PictureAttributes> pictures) => ImageTensor.FromImages([.. pictures.Select(WorldRenderer.Render)]);
}
