using Diptych.Common.Products;
using Diptych.Common.Runtime;

namespace Diptych.Common.Pipelines;

/// <summary>
/// What drawing makes of a model before its first step (weights as the kernels read them) and the memory it frees, kept until disposed of. One who draws in several calls holds it around them; meanwhile
/// the model may not learn.
/// </summary>
public sealed class KeptForDrawing : IDisposable
{
    private readonly MemoryReuse _reuse = MemoryReuse.Begin();
    private readonly KeptKernels _kernels;

    private KeptForDrawing(StableDiffusion sd) => _kernels = KeptKernels.Of(sd.UNet, sd.Vae);

    /// <summary>Keeps a model's, from its first use; the same model's may be kept several times over.</summary>
    public static KeptForDrawing Of(StableDiffusion sd)
    {
        ArgumentNullException.ThrowIfNull(sd);
        return new(sd);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kernels.Dispose();
        _reuse.Dispose();
    }
}
