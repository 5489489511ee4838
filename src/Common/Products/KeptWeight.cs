using static TorchSharp.torch;

namespace Diptych.Common.Products;

/// <summary>One weight as the kernels read it, in the ways that were asked for.</summary>
/// <param name="outputs">Channels or numbers out.</param>
/// <param name="inputs">Channels or numbers in.</param>
internal sealed unsafe class KeptWeight(int outputs, int inputs) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Tensor?[] _kernels = new Tensor?[2];
    private readonly Tensor?[] _panels = new Tensor?[2];

    /// <summary>How many keep it.</summary>
    public int Holders { get; set; }

    /// <summary>Its kernels (<see cref="WinogradKernels"/>), turned for the input's gradient.</summary>
    public Tensor Kernels(Tensor weight, bool turned)
    {
        lock (_gate)
        {
            return _kernels[turned ? 1 : 0] ??= WinogradKernels.Transform(weight, turned).DetachFromDisposeScope();
        }
    }

    /// <summary>As the right factor of a linear layer, or of its input's gradient.</summary>
    public float* Panels(float* weight, bool forGradient)
    {
        lock (_gate)
        {
            return PackedPanels.First(_panels[forGradient ? 1 : 0] ??= (forGradient
                ? PackedPanels.Lay(new RowPanels(weight, inputs), outputs, inputs / ProductKernel.HalfColumns)
                : PackedPanels.Lay(new TransposedPanels(weight, inputs), inputs, outputs / ProductKernel.HalfColumns)).DetachFromDisposeScope());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _kernels.Concat(_panels))
        {
            tensor?.Dispose();
        }
    }
}
